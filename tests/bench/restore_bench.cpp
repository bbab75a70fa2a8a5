// What restoring a layer to FP32 costs: LayerResult::restore_ms against the layer restored by itself, the
// variant and the variant with the layer in FP32 in turns, on one thread.
//
//     restore_bench [--runs N] [--threads N] [--input SHAPE] MODEL [LAYER...]
//
// Without layers: every third that runs on integers. Of what was measured the table says where it lies: in
// the layer itself, in boundaries that come and go, and in the other layers. Its first row is the variant
// against a second one of itself: what lies between zero and that cannot be told from nothing.

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <numeric>
#include <optional>

#include "runtime/latency_stats.h"
#include "runtime/turns.h"
#include "workbench/latency.h"
#include "workbench/measure.h"
#include "workbench/variant.h"

namespace qs::bench {

namespace {

constexpr size_t kEvery = 3;
constexpr int64_t kBatch = 4;
constexpr int kPairs = 6;
constexpr double kStudent = 2.571;  ///< for 95 %, kPairs - 1 degrees of freedom
constexpr double kAimPercent = 15;

struct Options {
    std::string model;
    std::vector<std::string> layers;
    std::vector<int64_t> input{1, 3, 224, 224};
    int runs = 240;
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
    double uncertaintyMs = 0;  ///< at 95 %
    bool busy = false;
    Parts parts;
};

using MakeExecutor = std::function<Result<std::unique_ptr<Executor>>()>;

/// What the first network takes longer than the second. Both are made anew for each pair, now the one and now
/// the other first: of two networks that are the same one is faster for as long as they live, by where their
/// memory happens to lie.
Result<Measured> measurePairs(const std::array<MakeExecutor, 2>& make, const std::string& layer,
                              std::span<const at::Tensor> input, const Options& options, const Job& job) {
    Measured measured;
    std::vector<double> differences;
    for (int pair = 0; pair < kPairs; ++pair) {
        std::array<std::unique_ptr<Executor>, 2> executors;
        for (const int i : {pair % 2, 1 - pair % 2}) {
            QS_ASSIGN(executors[i], make[i]());
        }
        QS_ASSIGN(const auto with, executors[0]->profiler(input));
        QS_ASSIGN(const auto without, executors[1]->profiler(input));
        const std::array networks{with.get(), without.get()};
        QS_ASSIGN(const TimedTurns turns,
                  timeInTurns(networks, {5, options.runs / kPairs, options.threads, 1}, job));
        std::vector<double> ofTurns;
        for (size_t turn = 0; turn < turns.ms[0].size(); ++turn) {
            ofTurns.push_back(turns.ms[0][turn] - turns.ms[1][turn]);
        }
        differences.push_back(median(ofTurns));
        measured.busy = measured.busy || turns.busy;
        const Parts after = partsOf(executors[0]->graph(), with->profile(turns.stats[0]), layer);
        const Parts before = partsOf(executors[1]->graph(), without->profile(turns.stats[1]), layer);
        measured.parts.layer += (after.layer - before.layer) / kPairs;
        measured.parts.boundaries += (after.boundaries - before.boundaries) / kPairs;
        measured.parts.others += (after.others - before.others) / kPairs;
    }
    double squares = 0;
    measured.ms = std::accumulate(differences.begin(), differences.end(), 0.0) / kPairs;
    for (const double difference : differences) {
        squares += (difference - measured.ms) * (difference - measured.ms);
    }
    measured.uncertaintyMs = kStudent * std::sqrt(squares / (kPairs - 1) / kPairs);
    return measured;
}

/// The variant with the layer in FP32 against the variant; without a layer, against another of itself.
Result<Measured> measureRestored(const VariantOnData& subject, const std::optional<std::string>& layer,
                                 std::span<const at::Tensor> input, const Options& options, Job& job) {
    const BuiltVariant& built = *subject.built;
    std::vector<Rule> rules = built.rules.rules();
    if (layer) {
        rules.push_back({RuleMatch::Layer, *layer, "fp32"});
    }
    QS_ASSIGN(const RuleSet changed, RuleSet::make(std::move(rules)));
    QS_ASSIGN(const PreparedModel prepared, prepare(built.reference, changed));
    QS_ASSIGN(const Encodings encodings, calibrate(prepared, *subject.data.calibration, 0, kBatch, job));
    QS_ASSIGN(const QuantizedGraph graph, convert(prepared, encodings));
    return measurePairs(
        {[&] { return makeOneDnnExecutor(graph); }, [&] { return makeOneDnnExecutor(built.converted); }},
        layer.value_or(""), input, options, job);
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
    QS_ASSIGN(const std::vector<at::Tensor> input, firstSample(*subject.data.errors));
    fmt::print("{:36} {:>9} {:>9} {:>8} {:>7} {:>9} {:>9} {:>9}\n", "layer", "told", "alone", "+-", "%",
               "itself", "bounds", "others");
    QS_ASSIGN(const Measured null, measureRestored(subject, std::nullopt, input, options, job));
    fmt::print("{:36} {:>9} {:9.4f} {:8.4f}\n", "(none)", "", null.ms, null.uncertaintyMs);
    std::vector<double> deviations;
    size_t integers = 0, inAim = 0, inUncertainty = 0;
    for (const protocol::LayerResult& layer : told.layers) {
        const bool wanted = options.layers.empty() ? layer.restore_ms && integers++ % kEvery == 0
                                                   : std::ranges::count(options.layers, layer.name) > 0;
        if (!wanted || !layer.restore_ms) {
            continue;
        }
        QS_ASSIGN(const Measured measured, measureRestored(subject, layer.name, input, options, job));
        const double deviationMs = *layer.restore_ms - measured.ms;
        const double percent = 100 * deviationMs / measured.ms;
        deviations.push_back(std::abs(percent));
        if (std::abs(percent) <= kAimPercent) {
            ++inAim;
        } else if (std::abs(deviationMs) <= measured.uncertaintyMs) {
            ++inUncertainty;
        }
        fmt::print("{:36} {:9.4f} {:9.4f} {:8.4f} {:+7.1f} {:9.4f} {:9.4f} {:9.4f}{}\n", layer.name,
                   *layer.restore_ms, measured.ms, measured.uncertaintyMs, percent, measured.parts.layer,
                   measured.parts.boundaries, measured.parts.others, measured.busy ? " (machine busy)" : "");
        std::fflush(stdout);
    }
    if (!deviations.empty()) {
        fmt::print(
            "{} layers: {} within {} %, {} more within +-; median deviation {:.1f} %, "
            "greatest {:.1f} %; load {}\n",
            deviations.size(), inAim, kAimPercent, inUncertainty, median(deviations),
            *std::ranges::max_element(deviations), loadNow());
    }
    return {};
}

}  // namespace

}  // namespace qs::bench

int main(int argc, char** argv) {
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
