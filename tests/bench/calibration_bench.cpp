// What a calibration pass costs beside our own FP32 evaluation of the same images, both in turns in one run,
// and how long the questions take that need no second pass.
//
//     calibration_bench [--threads N] [--samples N] [--batch N] [--rounds N] [--input SHAPE] [MODEL...]
//
// Times are wall and processor time a sample, medians over the rounds; memory is what each gains at its peak.
// With
// --input 1x3x1760x1760 --samples 20 --batch 1 it shows what large images take.

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <ctime>

#include "data/loader.h"
#include "importers/importer.h"
#include "quant/observe.h"
#include "quant/observer.h"
#include "runtime/executor.h"
#include "runtime/latency_stats.h"
#include "support/peak_memory.h"
#include "workbench/random_data.h"

namespace qs::bench {

namespace {

constexpr double kMegabyte = 1 << 20;

struct Options {
    std::vector<std::string> models;
    std::vector<int64_t> input{1, 3, 224, 224};
    int threads = 1;
    int64_t samples = 32;
    int64_t batch = 8;
    int rounds = 5;
};

struct Spent {
    double wallMs = 0;
    double processorMs = 0;
    double peakMegabytes = 0;
};

template <typename Body>
Result<Spent> spentOn(const Body& body) {
    const test::PeakMemory memory;
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t processor = std::clock();
    QS_TRY(body());
    Spent spent;
    spent.processorMs = 1000.0 * static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
    spent.wallMs =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    spent.peakMegabytes = static_cast<double>(memory.gained().value_or(0)) / kMegabyte;
    return spent;
}

/// FP32 as evaluations run it, from the making of the executor on, as a calibration has to make its own.
Status evaluateFloat(const Network& network, const Dataset& data, const Options& options) {
    QS_ASSIGN(QuantizedGraph form, convertFloat(network));
    QS_ASSIGN(const auto executor, makeOneDnnExecutor(std::move(form)));
    BatchStream stream(data, firstSamples(data, options.samples), {.batch = options.batch});
    for (;;) {
        QS_ASSIGN(const std::optional<Batch> batch, stream.next());
        if (!batch) {
            return {};
        }
        QS_TRY(executor->run(batch->inputs));
    }
}

double medianOf(const std::vector<Spent>& spent, double Spent::*what) {
    std::vector<double> values;
    for (const Spent& one : spent) {
        values.push_back(one.*what);
    }
    return median(values);
}

void print(const std::string& name, const std::vector<Spent>& spent, double samples) {
    fmt::print("  {:<22} {:8.2f} ms wall, {:8.2f} ms processor a sample, {:7.0f} MB at its peak\n", name,
               medianOf(spent, &Spent::wallMs) / samples, medianOf(spent, &Spent::processorMs) / samples,
               medianOf(spent, &Spent::peakMegabytes));
}

Status printRanges(const Network& network, const NetworkStatistics& statistics) {
    QS_ASSIGN(const RuleSet rules, RuleSet::make({{RuleMatch::Global, "", "onednn"}}));
    QS_ASSIGN(PreparedModel model, prepare(network, rules));
    for (const std::string& observer : observers().names()) {
        for (auto& [id, qconfig] : model.observed) {
            qconfig.activation.observer = observer;
        }
        QS_ASSIGN(const Spent all, spentOn([&] { return chooseRanges(statistics, model); }));
        fmt::print("  ranges by {:<22} {:8.1f} ms for {} values\n", observer, all.wallMs,
                   model.observed.size());
    }
    return {};
}

Status measure(const std::string& file, const Options& options) {
    QS_ASSIGN(ImportedModel model, openModel(file, {{"", options.input}}));
    QS_ASSIGN(const Network network, fold(std::move(model.graph)));
    const auto data =
        makeRandomData({{"", {options.input.begin() + 1, options.input.end()}}}, options.samples, 1);
    std::vector<Spent> fp32, calibration;
    NetworkStatistics statistics;
    for (int round = 0; round <= options.rounds; ++round) {
        QS_ASSIGN(const Spent plain, spentOn([&] { return evaluateFloat(network, *data, options); }));
        QS_ASSIGN(const Spent watched, spentOn([&]() -> Status {
                      Job job;
                      QS_ASSIGN(statistics, observe(network, *data, options.samples, options.batch, job));
                      return {};
                  }));
        if (round > 0) {
            fp32.push_back(plain);
            calibration.push_back(watched);
        }
    }
    std::vector<double> wall, processor;
    for (size_t i = 0; i < fp32.size(); ++i) {
        wall.push_back(calibration[i].wallMs / fp32[i].wallMs);
        processor.push_back(calibration[i].processorMs / fp32[i].processorMs);
    }
    const auto samples = static_cast<double>(options.samples);
    fmt::print("{}, {} thread(s), {} samples in batches of {}\n", file, options.threads, options.samples,
               options.batch);
    print("FP32 evaluation", fp32, samples);
    print("calibration pass", calibration, samples);
    fmt::print(
        "  calibration over FP32: {:.2f} x wall, {:.2f} x processor (at most 1.3); statistics {:.1f} MB\n",
        median(wall), median(processor), static_cast<double>(toBytes(statistics).size()) / kMegabyte);
    return printRanges(network, statistics);
}

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Times calibration beside FP32 evaluation.");
    app.add_option("MODEL", options.models, "Model files")->default_val(QS_MODELS_DIR "/resnet18_traced.pt");
    app.add_option("--threads", options.threads, "Threads")->capture_default_str();
    app.add_option("--input", options.input, "Shape of the input")->delimiter('x')->capture_default_str();
    app.add_option("--samples", options.samples, "Samples a pass")->capture_default_str();
    app.add_option("--batch", options.batch, "Samples a batch")->capture_default_str();
    app.add_option("--rounds", options.rounds, "Rounds after an unmeasured one")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    setThreads(options.threads);
    for (const std::string& model : options.models) {
        if (const Status status = measure(model, options); !status) {
            fmt::print(stderr, "calibration_bench: {}\n", status.error().message);
            return 1;
        }
    }
    return 0;
}

}  // namespace

}  // namespace qs::bench

int main(int argc, char** argv) {
    return qs::bench::main(argc, argv);
}
