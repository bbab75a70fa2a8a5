#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/metrics_text.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/table.h"
#include "core/printable.h"
#include "protocol/json.h"

namespace qs::cli {

namespace {

struct Options {
    ModelOptions model;
    DataOptions data;
    EvaluateRequest request;
    bool perClass = false;
};

std::string evaluationText(const protocol::ModelResult& result, const protocol::Measurement& measured,
                           const protocol::DataInfo& data) {
    std::string text = result.metrics.empty() ? "no labels, so no accuracy\n" : metricsText(result.metrics);
    text += fmt::format("on {} samples of {} (95 % intervals in parentheses), model {}\n", measured.samples,
                        printable(data.source), formatBytes(result.model_bytes));
    text += fmt::format("median latency {:.3f} ms ({:.3f} to {:.3f}) of {} runs, {} threads on {} ({})\n",
                        *result.latency_ms, *result.latency_p10_ms, *result.latency_p90_ms,
                        measured.latency_runs, measured.threads, measured.cpu, measured.isa);
    if (!data.note.empty()) {
        text += noteText(data.note);
    }
    return text + skippedText(data.skipped);
}

Result<Report> evaluate(const Options& options, Session& session) {
    const protocol::DataSpec spec = *options.data.spec();
    EvaluateRequest request = options.request;
    request.model = {options.model.path, spec, options.model.inputs};
    protocol::Measurement measured;
    QS_ASSIGN(const protocol::ModelResult result, session.workbench.evaluate(request, measured, session.job));
    QS_ASSIGN(const protocol::DataInfo data, session.workbench.openData(spec));
    const std::string classes = options.perClass ? perClassText(result.classes) + '\n' : "";
    Report report{{{"fp32", result}}, classes + evaluationText(result, measured, data)};
    report.json["model"] = options.model.path;
    report.json["data"] = data.source;
    report.json["samples"] = measured.samples;
    report.json["skipped"] = data.skipped;
    report.json["notes"] = data.note.empty() ? std::vector<std::string>{} : std::vector{data.note};
    report.json["measured"] = measured;
    return report;
}

}  // namespace

void addEvaluate(CLI::App& app, Action& chosen) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("evaluate", "Measure the FP32 model's accuracy and latency");
    options->model.add(*command);
    options->data.add(*command, true);
    addMetric(*command, options->request.metric);
    command->add_flag("--per-class", options->perClass, "Show each class and the most frequent confusions");
    command->add_option("--seed", options->request.seed, "Seed of the choice of samples")
        ->capture_default_str();
    command->add_option("--samples", options->request.samples, "Samples to evaluate; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command->add_option("--batch", options->request.batch, "Samples a batch")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->callback([&chosen, options] {
        chosen.run = [options](Session& session) { return evaluate(*options, session); };
    });
}

}  // namespace qs::cli
