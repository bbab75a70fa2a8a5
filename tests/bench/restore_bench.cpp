// What restoring a layer to FP32 costs: LayerResult::restore_ms against the layer restored by itself, the
// variant and the variant with the layer in FP32 in turns, on one thread.
//
//     restore_bench [--runs N] [--threads N] [--input SHAPE] MODEL [LAYER...]
//
// Without layers: every third that runs on integers. Of what was measured the table says where it lies: in
// the layer itself, in boundaries that come and go, and in the other layers.

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "runtime/latency_stats.h"
#include "runtime/threads.h"
#include "runtime/turns.h"
#include "workbench/latency.h"
#include "workbench/measure.h"
#include "workbench/variant.h"

namespace qs::bench {

namespace {

constexpr size_t kEvery = 3;
constexpr int64_t kBatch = 4;

struct Options {
    std::string model;
    std::vector<std::string> layers;
    std::vector<int64_t> input{1, 3, 224, 224};
    int runs = 40;
    int threads = 1;
};

protocol::VariantSpec specOf(const Options& options) {
    protocol::VariantSpec spec;
    spec.model = options.model;
    spec.inputs = {{"", "", options.input}};
    spec.recipe.rules = {{"global", "", "onednn"}};
    spec.recipe.calib_samples = 4;
    spec.recipe.threads = options.threads;
    spec.recipe.latency_runs = options.runs;
    return spec;
}

/// Milliseconds of the layer, of boundaries, and of everything else.
struct Parts {
    double layer = 0;
    double boundaries = 0;
    double others = 0;
};

Parts partsOf(const QuantizedGraph& graph, const Profile& profile, const std::string& layer) {
    Parts parts;
    for (const NodeTime& time : profile.nodes) {
        const QNode& node = graph.nodes[time.node];
        (node.isBoundary() ? parts.boundaries : node.layer == layer ? parts.layer : parts.others) += time.ms;
    }
    return parts;
}

struct Measured {
    double ms = 0;
    double spreadMs = 0;  ///< half the range of the middle half of the turns
    bool busy = false;
    Parts parts;
};

Result<Measured> measureRestored(const VariantOnData& subject, Executor& base, const std::string& layer,
                                 std::span<const at::Tensor> input, const Options& options, Job& job) {
    const BuiltVariant& built = *subject.built;
    std::vector<Rule> rules = built.rules.rules();
    rules.push_back({RuleMatch::Layer, layer, "fp32"});
    QS_ASSIGN(const RuleSet changed, RuleSet::make(std::move(rules)));
    QS_ASSIGN(const PreparedModel prepared, prepare(built.reference, changed));
    QS_ASSIGN(const Encodings encodings, calibrate(prepared, *subject.data.calibration, 0, kBatch, job));
    QS_ASSIGN(QuantizedGraph graph, convert(prepared, encodings));
    QS_ASSIGN(const auto restored, makeOneDnnExecutor(std::move(graph)));
    QS_ASSIGN(const auto restoredProfiler, restored->profiler(input));
    QS_ASSIGN(const auto baseProfiler, base.profiler(input));
    const std::array networks{restoredProfiler.get(), baseProfiler.get()};
    QS_ASSIGN(const TimedTurns turns, timeInTurns(networks, {5, options.runs, options.threads}, job));
    std::vector<double> differences;
    for (size_t turn = 0; turn < turns.ms[0].size(); ++turn) {
        differences.push_back(turns.ms[0][turn] - turns.ms[1][turn]);
    }
    Measured measured;
    measured.ms = median(differences);
    std::ranges::sort(differences);
    measured.spreadMs = (quantile(differences, 0.75) - quantile(differences, 0.25)) / 2;
    measured.busy = turns.busy;
    const Parts with = partsOf(restored->graph(), restoredProfiler->profile(turns.stats[0]), layer);
    const Parts without = partsOf(base.graph(), baseProfiler->profile(turns.stats[1]), layer);
    measured.parts = {with.layer - without.layer, with.boundaries - without.boundaries,
                      with.others - without.others};
    return measured;
}

std::string loadNow() {
    std::ifstream file("/proc/loadavg");
    std::string load;
    std::getline(file, load);
    return load;
}

Status run(const Options& options) {
    Job job;
    Caches caches;
    fmt::print("load {}\n", loadNow());
    const protocol::VariantSpec spec = specOf(options);
    QS_ASSIGN(const protocol::VariantResult told,
              measureVariant(caches, spec, {VariantPart::Latency}, {}, job));
    QS_ASSIGN(const VariantOnData subject, buildVariant(caches, spec, job));
    QS_ASSIGN(const auto base, makeOneDnnExecutor(subject.built->converted));
    QS_ASSIGN(const std::vector<at::Tensor> input, firstSample(*subject.data.errors));
    fmt::print("{:36} {:>9} {:>9} {:>7} {:>9} {:>9} {:>9} {:>9}\n", "layer", "told", "alone", "%", "+-",
               "itself", "bounds", "others");
    std::vector<double> deviations;
    size_t integers = 0;
    for (const protocol::LayerResult& layer : told.layers) {
        const bool wanted = options.layers.empty() ? layer.restore_ms && integers++ % kEvery == 0
                                                   : std::ranges::count(options.layers, layer.name) > 0;
        if (!wanted || !layer.restore_ms) {
            continue;
        }
        QS_ASSIGN(const Measured measured, measureRestored(subject, *base, layer.name, input, options, job));
        const double percent = 100 * (*layer.restore_ms / measured.ms - 1);
        deviations.push_back(std::abs(percent));
        fmt::print("{:36} {:9.4f} {:9.4f} {:+7.1f} {:9.4f} {:9.4f} {:9.4f} {:9.4f}{}\n", layer.name,
                   *layer.restore_ms, measured.ms, percent, measured.spreadMs, measured.parts.layer,
                   measured.parts.boundaries, measured.parts.others, measured.busy ? " (machine busy)" : "");
        std::fflush(stdout);
    }
    if (!deviations.empty()) {
        fmt::print("{} layers: median deviation {:.1f} %, greatest {:.1f} %; load {}\n", deviations.size(),
                   median(deviations), *std::ranges::max_element(deviations), loadNow());
    }
    return {};
}

}  // namespace

}  // namespace qs::bench

int main(int argc, char** argv) {
    qs::limitSpinning(argv);
    qs::bench::Options options;
    CLI::App app{"What restoring layers is told to cost, against each restored alone"};
    app.add_option("model", options.model, "Model file")->required();
    app.add_option("layers", options.layers, "Layers");
    app.add_option("--runs", options.runs, "Turns for each layer");
    app.add_option("--threads", options.threads, "Threads");
    app.add_option("--input", options.input, "Shape of the input")->delimiter(',');
    CLI11_PARSE(app, argc, argv);
    if (const qs::Status status = qs::bench::run(options); !status) {
        fmt::print(stderr, "{}\n", status.error().message);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
