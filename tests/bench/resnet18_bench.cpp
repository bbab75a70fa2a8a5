// ResNet-18 at 1 x 3 x 224 x 224: the INT8 and FP32 runtime beside the sum of its bare oneDNN primitives and
// beside LibTorch's FP32, all in one run. Options are Google Benchmark's own, and these environment
// variables:
//   QS_BENCH_MODEL    a TorchScript file in place of the ResNet-18 that tests/support/make_models.py writes
//   QS_BENCH_THREADS  threads (1)

#include <ATen/core/grad_mode.h>
#include <ATen/ops/randn.h>
#include <benchmark/benchmark.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "bench/bare_primitives.h"
#include "runtime/cpu.h"
#include "runtime/executor.h"
#include "support/calibrated.h"

namespace qs::bench {

namespace {

const std::vector<int64_t> kInputShape{1, 3, 224, 224};

std::string environment(const char* name, const std::string& fallback) {
    const char* value = std::getenv(name);
    return value && *value ? value : fallback;
}

/// Extents of every value at the input's shape, as the executor produces them.
std::vector<Shape> shapesOf(Executor& executor, const std::vector<at::Tensor>& input) {
    const QuantizedGraph& graph = executor.graph();
    std::vector<Shape> shapes(graph.values.size());
    shapes[static_cast<size_t>(graph.inputs[0].index)] = input[0].sizes().vec();
    const auto outputs = executor.run(input, [&](size_t node, std::span<const at::Tensor> produced) {
        shapes[static_cast<size_t>(graph.nodes[node].outputs[0].index)] = produced[0].sizes().vec();
    });
    return outputs ? shapes : std::vector<Shape>{};
}

/// Google Benchmark's table, and the median over the repetitions of each benchmark.
class MedianReporter : public benchmark::ConsoleReporter {
  public:
    /// On one thread the processor's time: other programs on the machine do not count in it.
    explicit MedianReporter(bool oneThread) : ConsoleReporter(OO_Tabular), oneThread_(oneThread) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const Run& run : runs) {
            if (run.run_type == Run::RT_Iteration || run.aggregate_name == "median") {
                medians_[run.run_name.function_name] =
                    oneThread_ ? run.GetAdjustedCPUTime() : run.GetAdjustedRealTime();
            }
        }
    }

    /// In milliseconds; 0 for what did not run.
    double median(const std::string& name) const {
        const auto found = medians_.find(name);
        return found == medians_.end() ? 0 : found->second;
    }

  private:
    bool oneThread_;
    std::map<std::string, double> medians_;
};

void printRatios(const MedianReporter& reporter, int threads) {
    const auto row = [&](const char* name, const char* against) {
        const double ms = reporter.median(name), other = reporter.median(against);
        if (ms > 0 && other > 0) {
            std::printf("%-8s %8.3f ms = %5.3f x %-22s %8.3f ms\n", name, ms, ms / other, against, other);
        }
    };
    const CpuInfo cpu = cpuInfo();
    std::printf("\n%s, %s, %d thread(s); medians, %s time\n", cpu.model.c_str(), cpu.isa.c_str(), threads,
                threads == 1 ? "processor" : "wall");
    row("int8", "int8_bare_primitives");
    row("fp32", "fp32_bare_primitives");
    row("int8", "fp32");
    row("int8", "libtorch_fp32");
    row("fp32", "libtorch_fp32");
}

template <typename Body>
void measure(const char* name, Body body) {
    benchmark::RegisterBenchmark(name,
                                 [body](benchmark::State& state) mutable {
                                     for (auto unused : state) {
                                         (void)unused;
                                         body();
                                     }
                                 })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
}

std::vector<char*> withDefaults(int argc, char** argv) {
    static std::string repetitions = "--benchmark_repetitions=9";
    static std::string interleaving = "--benchmark_enable_random_interleaving=true";
    static std::string aggregates = "--benchmark_display_aggregates_only=true";
    std::vector<char*> arguments{argv[0], repetitions.data(), interleaving.data(), aggregates.data()};
    arguments.insert(arguments.end(), argv + 1, argv + argc);
    return arguments;
}

int run(int argc, char** argv) {
    std::vector<char*> arguments = withDefaults(argc, argv);
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, arguments.data());
    const at::NoGradGuard noGrad;
    const int threads = setThreads(std::stoi(environment("QS_BENCH_THREADS", "1")));

    const std::string path = environment("QS_BENCH_MODEL", QS_MODELS_DIR "/resnet18_traced.pt");
    auto model = test::calibrateOnNoise(path, "onednn", kInputShape);
    if (!model) {
        std::fprintf(stderr, "%s\n", model.error().message.c_str());
        return 1;
    }
    const auto int8 = std::move(makeOneDnnExecutor(model->integer)).value();
    const auto fp32 = std::move(makeOneDnnExecutor(model->real)).value();
    const std::vector<at::Tensor> input{at::randn(kInputShape)};
    BarePrimitives int8Bare(model->integer, shapesOf(*int8, input));
    BarePrimitives fp32Bare(model->real, shapesOf(*fp32, input));
    torch::jit::Module module = torch::jit::load(path);
    module.eval();
    module = torch::jit::freeze(module);

    measure("int8", [&] { benchmark::DoNotOptimize(int8->run(input)); });
    measure("int8_bare_primitives", [&] { int8Bare.run(); });
    measure("fp32", [&] { benchmark::DoNotOptimize(fp32->run(input)); });
    measure("fp32_bare_primitives", [&] { fp32Bare.run(); });
    measure("libtorch_fp32", [&] { benchmark::DoNotOptimize(module.forward({input[0]})); });

    MedianReporter reporter(threads == 1);
    benchmark::RunSpecifiedBenchmarks(&reporter);
    printRatios(reporter, threads);
    return 0;
}

}  // namespace

}  // namespace qs::bench

int main(int argc, char** argv) {
    return qs::bench::run(argc, argv);
}
