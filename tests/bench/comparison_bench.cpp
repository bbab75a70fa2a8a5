// The runtime beside others: for every model the table of `qscope bench MODEL --against all`, on one thread
// and on two; then allocations in the steady state, the time of an evaluation, and what was to be reached
// with what was.
//
//     qs_bench [--threads 1,2] [--runs N] [--warmup N] [--samples N] [--input SHAPE] [MODEL...]
//
// Models: the arguments, else those named in QS_BENCH_MODELS (with colons between), else the ResNet-18 that
// tests/support/make_models.py writes. Networks of tests/corpus/make_corpus.py are called after their folder.
// ONNX Runtime is looked for in QS_NODE_MODULES.

#include <ATen/ops/randn.h>
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "bench/allocations.h"
#include "bench/evaluation_time.h"
#include "bench/targets.h"
#include "cli/comparison_text.h"
#include "runtime/executor.h"
#include "support/calibrated.h"
#include "workbench/workbench.h"

namespace qs::bench {

namespace {

namespace fs = std::filesystem;

struct Options {
    std::vector<std::string> models;
    std::vector<int> threads{1, 2};
    std::vector<int64_t> input{1, 3, 224, 224};
    int runs = 50;
    int warmup = 5;
    int64_t samples = 10000;
};

std::vector<std::string> defaultModels() {
    const char* named = std::getenv("QS_BENCH_MODELS");
    std::istringstream text(named && *named ? named : QS_MODELS_DIR "/resnet18_traced.pt");
    std::vector<std::string> models;
    for (std::string model; std::getline(text, model, ':');) {
        models.push_back(model);
    }
    return models;
}

/// "resnet18" of resnet18_traced.pt, "resnet50" of resnet50/traced.pt.
std::string networkOf(const fs::path& model) {
    const std::string stem = model.stem().string();
    if (stem == "traced" || stem == "scripted" || stem == "model") {
        return fs::absolute(model).parent_path().filename().string();
    }
    return stem.substr(0, stem.rfind("_traced"));
}

Result<Measured> measure(Workbench& workbench, const std::string& model, int threads, const Options& options,
                         Job& job) {
    protocol::CompareParams params;
    params.variant.model = model;
    params.variant.inputs = {{"", "", options.input}};
    params.against = {"all"};
    params.variant.recipe.rules = {{"global", "", "onednn"}};
    params.variant.recipe.calib_samples = 16;
    params.variant.recipe.threads = threads;
    params.variant.recipe.latency_runs = options.runs;
    params.variant.recipe.latency_warmup = options.warmup;
    QS_ASSIGN(protocol::ComparisonResult comparison, workbench.compare(params, job));
    fmt::print("{}\n{}\n", networkOf(model), cli::comparisonText(comparison));
    std::fflush(stdout);
    return Measured{networkOf(model), std::move(comparison)};
}

/// Of one INT8 inference once the plan is made: those that are not oneDNN's own.
Result<Target> allocationTarget(const std::string& model, const std::vector<int64_t>& shape) {
    constexpr int kWarmup = 3;
    QS_ASSIGN(test::Calibrated calibrated, test::calibrateOnNoise(model, "onednn", shape));
    QS_ASSIGN(const auto executor, makeOneDnnExecutor(std::move(calibrated.integer)));
    const std::vector<at::Tensor> input{at::randn(shape)};
    for (int i = 0; i < kWarmup; ++i) {
        QS_TRY(executor->run(input));
    }
    const AllocationCount count;
    QS_TRY(executor->run(input));
    const int64_t oneDnns = count.inOneDnn();
    return Target{
        fmt::format("{}: allocations in an INT8 inference besides oneDNN's own {}, with the tensors "
                    "that it returns",
                    networkOf(model), oneDnns),
        static_cast<double>(count.all() - oneDnns), 0, true, ""};
}

Result<Target> evaluationTarget(const Options& options, int threads, Job& job) {
    QS_ASSIGN(const EvaluationTimes times, timeEvaluation(options.samples, 3, threads, job));
    fmt::print(
        "evaluation of fashion_resnet.pt on {} images, batch {}, {} thread(s): INT8 {:.2f} s (top-1 {:.2f} "
        "%), "
        "LibTorch FP32 {:.2f} s ({:.2f} %)\n",
        times.samples, times.batch, threads, times.int8Seconds, times.int8Top1, times.libTorchSeconds,
        times.libTorchTop1);
    return Target{
        fmt::format("evaluation of {} images, {} thread(s): LibTorch FP32 over INT8", times.samples, threads),
        times.libTorchSeconds / times.int8Seconds, 3.0, false};
}

void addPreparation(const std::vector<Measured>& tables, std::vector<Target>& targets) {
    for (const Measured& table : tables) {
        const auto& ours = table.comparison.rows.at(0);
        if (table.network == "resnet50" && ours.prepare_ms) {
            targets.push_back(
                {"resnet50: preparing INT8, first inference included", *ours.prepare_ms, 1000, true, "ms"});
        }
    }
}

Status run(const Options& options) {
    Job job;
    Workbench workbench;
    std::vector<Measured> tables;
    std::vector<Target> targets;
    for (const std::string& model : options.models) {
        for (const int threads : options.threads) {
            QS_ASSIGN(Measured table, measure(workbench, model, threads, options, job));
            tables.push_back(std::move(table));
        }
    }
    targets = speedTargets(tables);
    addPreparation(tables, targets);
    for (const std::string& model : options.models) {
        QS_ASSIGN(Target target, allocationTarget(model, options.input));
        targets.push_back(std::move(target));
    }
    for (const int threads : options.threads) {
        QS_ASSIGN(Target target, evaluationTarget(options, threads, job));
        targets.push_back(std::move(target));
    }
    fmt::print("\n");
    for (const Target& target : targets) {
        fmt::print("{}", text(target));
    }
    return {};
}

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Times the runtime beside others.");
    app.add_option("MODEL", options.models, "Model files");
    app.add_option("--threads", options.threads, "Numbers of threads")->delimiter(',')->capture_default_str();
    app.add_option("--input", options.input, "Shape of the input")->delimiter('x')->capture_default_str();
    app.add_option("--runs", options.runs, "Rounds")->capture_default_str();
    app.add_option("--warmup", options.warmup, "Unmeasured inferences before them")->capture_default_str();
    app.add_option("--samples", options.samples, "Images to evaluate")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    if (options.models.empty()) {
        options.models = defaultModels();
    }
    if (const Status status = run(options); !status) {
        fmt::print(stderr, "qs_bench: {}\n", status.error().message);
        return 1;
    }
    return 0;
}

}  // namespace

}  // namespace qs::bench

int main(int argc, char** argv) {
    return qs::bench::main(argc, argv);
}
