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

std::string evaluationText(const EvaluateResult& result) {
    const auto& [fp32, measured, notes, skipped] = result;
    std::string text = fp32.metrics.empty() ? "no labels, so no accuracy\n" : metricsText(fp32.metrics);
    text += fmt::format("on {} samples of {} (95 % intervals in parentheses), model {}\n", measured.samples,
                        printable(measured.data), formatBytes(fp32.model_bytes));
    text +=
        fmt::format("median latency {:.3f} ms ({:.3f} to {:.3f}) of {} runs, {}\n", *fp32.latency_ms,
                    *fp32.latency_p10_ms, *fp32.latency_p90_ms, measured.latency_runs, timedOnText(measured));
    for (const std::string& note : notes) {
        text += noteText(note);
    }
    return text + skippedText(skipped);
}

Result<Report> evaluate(const Options& options, Session& session) {
    EvaluateRequest request = options.request;
    request.model = {options.model.path, *options.data.spec(), options.model.inputs};
    QS_ASSIGN(const EvaluateResult result, session.workbench.evaluate(request, session.job));
    const std::string classes = options.perClass ? perClassText(result.fp32.classes) + '\n' : "";
    Report report{{{"fp32", result.fp32}}, classes + evaluationText(result)};
    report.json["model"] = options.model.path;
    report.json["data"] = result.measured.data;
    report.json["samples"] = result.measured.samples;
    report.json["skipped"] = result.skipped;
    report.json["notes"] = result.notes;
    report.json["measured"] = result.measured;
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
