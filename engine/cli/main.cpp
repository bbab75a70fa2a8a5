#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "core/error_json.h"
#include "core/guard.h"
#include "core/log.h"
#include "core/printable.h"
#include "isolation/sandbox.h"
#include "isolation/supervisor.h"
#include "onnxruntime/session.h"
#include "server/requested_outputs.h"
#include "server/server.h"
#include "verify/file_process.h"

namespace qs::cli {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;

const char* kindName(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::Usage:
            return "usage";
        case ErrorKind::Cancelled:
            return "cancelled";
        case ErrorKind::Failed:
            break;
    }
    return "failed";
}

std::string jsonText(const nlohmann::json& json) {
    // File names need not be UTF-8; JSON must be.
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

int report(const Error& error, bool json, const Output& output) {
    if (json) {
        nlohmann::json object = {{"error", {{"kind", kindName(error.kind)}, {"message", error.message}}}};
        if (!error.data.empty()) {
            object["error"]["data"] = toJson(error.data);
        }
        // Nobody is left to tell where this cannot be written either; the exit code says it.
        (void)output.write(jsonText(object));
    }
    std::fprintf(stderr, "qscope: %s\n", printable(error.message).c_str());
    return error.kind == ErrorKind::Usage ? kUsage : kFailed;
}

/// Claims what the action writes, runs it, and gives its files their names.
Result<Report> perform(const Action& action, const Writes& writes, Job job) {
    const auto outputs = makeOutputs();
    QS_TRY(outputs->claim(writes.claims, writes.inputs));
    Session session{Workbench(), std::move(job), *outputs};
    QS_ASSIGN(Report report, action.run(session));
    QS_TRY(session.job.checkCancelled());
    QS_TRY(outputs->commit());
    return report;
}

/// In the sandbox.
int work(const Action& action, const Writes& writes, bool json, bool progress) {
    const Output output;
    CancelToken token;
    cancelOnInterrupt(token);
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    ProgressMeter meter(terminal);
    Job job(
        [&](const Progress& p) {
            if (terminal || progress) {
                meter.show(p);
            }
        },
        token,
        [&](const TrainingPoint& point) {
            if (terminal || progress) {
                meter.show(point);
            }
        });
    const auto result = guard("unexpected failure", [&] { return perform(action, writes, std::move(job)); });
    meter.clear();
    if (!result) {
        return report(result.error(), json, output);
    }
    const Status written = output.write(json ? jsonText(result->json) : printableLines(result->text));
    if (!written) {
        return report(written.error(), false, output);
    }
    return result->passed ? kDone : kFailed;
}

/// What the worker may start.
std::vector<Program> programs() {
    return {OnnxRuntimeSession::program(), fileProgram()};
}

int run(const Action& action, bool json, bool progress) {
    const auto writes = action.writes();
    if (!writes) {
        return report(writes.error(), json, Output());
    }
    const auto status = supervise({.outputs = writes->claims, .programs = programs()},
                                  [&] { return work(action, *writes, json, progress); });
    if (!status) {
        return report(status.error(), json, Output());
    }
    if (WIFSIGNALED(*status)) {
        return report(
            failure(std::string("the work was ended by a signal: ") + ::strsignal(WTERMSIG(*status))), json,
            Output());
    }
    return WEXITSTATUS(*status);
}

/// Ends as its worker did, so that a client sees a crash as one.
int serveInSandbox() {
    const auto status =
        supervise({.programs = programs(), .outputsInInput = RequestedOutputs()}, [] { return serve(); });
    if (!status) {
        return report(status.error(), false, Output());
    }
    if (WIFSIGNALED(*status)) {
        ::signal(WTERMSIG(*status), SIG_DFL);
        ::raise(WTERMSIG(*status));
    }
    return WEXITSTATUS(*status);
}

std::string versionText() {
    return std::string(QSCOPE_VERSION) + "\nsandbox: " + describe(availableWalls());
}

int main(int argc, char** argv) {
    setUpLogging();
    CLI::App app("Quantizes neural networks, measures the result, and exports it.", "qscope");
    app.set_version_flag("--version", versionText);
    app.require_subcommand(1);
    app.fallthrough();
    bool json = false;
    bool progress = false;
    app.add_flag("--json", json, "Print one JSON object on stdout and nothing else there");
    app.add_flag("--progress", progress, "Show progress on stderr even where that is not a terminal");
    Action action;
    addInspect(app, action);
    addEvaluate(app, action);
    addQuantize(app, action);
    addAnalyze(app, action);
    addSensitivity(app, action);
    addBench(app, action);
    addTrain(app, action);
    addExport(app, action);
    addVerify(app, action);
    std::string exportedFile;
    CLI::App* fileCommand = app.add_subcommand("run-file")->group("");
    fileCommand->add_option("ARGUMENT", exportedFile)->required();
    const CLI::App* serveCommand =
        app.add_subcommand("serve", "Serve the workbench: JSON-RPC on stdin and stdout");

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        // Parsing stopped somewhere: --json counts wherever it stands.
        json = std::any_of(argv + 1, argv + argc, [](std::string_view word) { return word == "--json"; });
        return report(usageError(std::string(error.what()) + " (see qscope --help)"), json, Output());
    }
    if (serveCommand->parsed()) {
        return serveInSandbox();
    }
    if (fileCommand->parsed()) {
        return serveFile(exportedFile);
    }
    return run(action, json, progress);
}

}  // namespace
}  // namespace qs::cli

int main(int argc, char** argv) {
    return qs::cli::main(argc, argv);
}
