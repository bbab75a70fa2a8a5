// What measuring all layers' sensitivities, alone and restored, costs beside whole runs of the same networks.
//
//     sensitivity_bench [--threads N] [--samples N] [--batch N] [--input SHAPE] [MODEL...]
//
// Both make every network anew, on the same kernels; times are processor times.

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <ctime>

#include "analysis/sensitivity.h"
#include "importers/importer.h"
#include "quant/restored.h"
#include "runtime/executor.h"
#include "workbench/random_data.h"

namespace qs::bench {

namespace {

struct Options {
    std::vector<std::string> models;
    std::vector<int64_t> input{1, 3, 224, 224};
    int threads = 1;
    int64_t samples = 64;
    int64_t batch = 16;
};

double seconds(std::clock_t begin) {
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

Status runWhole(QuantizedGraph graph, const Dataset& data, const Options& options) {
    QS_ASSIGN(const auto executor, makeOneDnnExecutor(std::move(graph)));
    for (int64_t i = 0; i < options.samples; i += options.batch) {
        QS_ASSIGN(const Batch batch, data.read(i, std::min(i + options.batch, options.samples)));
        QS_TRY(executor->run(batch.inputs));
    }
    return {};
}

/// Each layer alone and restored, from the inputs to the outputs.
Status runWhole(const PreparedModel& model, const Encodings& encodings, const Dataset& data,
                const Options& options) {
    std::vector<size_t> layers;
    for (size_t i = 0; i < model.groups.size(); ++i) {
        if (model.computes[i] != Compute::Float32) {
            layers.push_back(i);
        }
    }
    RestoredModel restoring(model);
    for (const size_t layer : layers) {
        std::vector<size_t> others = layers;
        std::erase(others, layer);
        for (const std::vector<size_t>& restored : {others, std::vector<size_t>{layer}}) {
            const PreparedModel& changed = restoring.with(restored);
            QS_ASSIGN(QuantizedGraph graph, convert(changed, encodingsOf(changed, model, encodings)));
            QS_TRY(runWhole(std::move(graph), data, options));
        }
    }
    return {};
}

Status measure(const std::string& file, const Options& options) {
    Job job;
    QS_ASSIGN(ImportedModel imported, openModel(file, {{"", options.input}}));
    QS_ASSIGN(const Network network, fold(std::move(imported.graph)));
    QS_ASSIGN(const RuleSet rules, RuleSet::make({{RuleMatch::Global, "", "onednn"}}));
    QS_ASSIGN(const PreparedModel model, prepare(network, rules));
    const auto data =
        makeRandomData({{"", {options.input.begin() + 1, options.input.end()}}}, options.samples, 1);
    QS_ASSIGN(const Encodings encodings, calibrate(model, *data, options.batch, options.batch, job));
    std::clock_t begin = std::clock();
    QS_ASSIGN(const Sensitivity measured,
              measureSensitivity({model, encodings,
                                  [](QuantizedGraph graph) { return makeOneDnnExecutor(std::move(graph)); }},
                                 *data, {.samples = options.samples, .batch = options.batch}, job));
    const double sweep = seconds(begin);
    begin = std::clock();
    QS_TRY(runWhole(model, encodings, *data, options));
    const double whole = seconds(begin);
    fmt::print(
        "{}: {} layers, {} samples, {} thread(s): sensitivities {:.2f} s, whole runs {:.2f} s: {:.2f} x (at "
        "most 0.55)\n",
        file, measured.layers.size(), options.samples, options.threads, sweep, whole, sweep / whole);
    return {};
}

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Times the measuring of sensitivities beside whole runs.");
    app.add_option("MODEL", options.models, "Model files");
    app.add_option("--threads", options.threads)->capture_default_str();
    app.add_option("--samples", options.samples)->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--batch", options.batch)->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--input", options.input, "Shape of the input")->delimiter('x');
    CLI11_PARSE(app, argc, argv);
    setThreads(options.threads);
    if (options.models.empty()) {
        options.models = {QS_MODELS_DIR "/resnet18_traced.pt", QS_MODELS_DIR "/mobilenet_v2_traced.pt"};
    }
    int failures = 0;
    for (const std::string& model : options.models) {
        if (const Status status = measure(model, options); !status) {
            fmt::print(stderr, "{}: {}\n", model, status.error().message);
            ++failures;
        }
    }
    return failures == 0 ? 0 : 1;
}

}  // namespace

}  // namespace qs::bench

int main(int argc, char** argv) {
    return qs::bench::main(argc, argv);
}
