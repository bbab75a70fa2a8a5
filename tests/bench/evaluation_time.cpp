#include "bench/evaluation_time.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <chrono>

#include "analysis/evaluation.h"
#include "core/guard.h"
#include "runtime/latency_stats.h"
#include "workbench/measure.h"
#include "workbench/variant.h"

namespace qs::bench {

namespace {

constexpr int64_t kBatch = 64;
const std::string kModel = QS_SOURCE_DIR "/resources/samples/fashion_resnet.pt";

/// A TorchScript file in LibTorch, for evaluateModels().
class LibTorchExecutor : public Executor {
  public:
    LibTorchExecutor(const std::string& file, const QuantizedGraph& graph) : graph_(graph) {
        module_ = torch::jit::load(file);
        module_.eval();
        module_ = torch::jit::freeze(module_);
    }

    Result<std::vector<at::Tensor>> run(std::span<const at::Tensor> inputs, const Tap&) override {
        const at::NoGradGuard noGrad;
        return std::vector<at::Tensor>{module_.forward({inputs.begin(), inputs.end()}).toTensor()};
    }
    Result<std::vector<at::Tensor>> runNode(size_t, std::span<const at::Tensor>) override {
        return failure("LibTorch runs whole models");
    }
    Result<std::vector<at::Tensor>> runFrom(const Cut&, std::span<const ValueId>) override {
        return failure("LibTorch runs whole models");
    }
    Result<std::unique_ptr<Profiler>> profiler(std::span<const at::Tensor>) override {
        return failure("LibTorch has no profile here");
    }
    const QuantizedGraph& graph() const override { return graph_; }

  private:
    torch::jit::Module module_;
    const QuantizedGraph& graph_;
};

struct Timed {
    double seconds = 0;
    double top1 = 0;
    int64_t samples = 0;
};

Result<Timed> evaluate(Executor& executor, const Dataset& data, const EvaluationOptions& options, Job& job) {
    ReferenceOutputs nothing(0);
    const auto begin = std::chrono::steady_clock::now();
    QS_ASSIGN(const Evaluation evaluation,
              evaluateModels(data, executor, nullptr, nothing, options, "Evaluating", job));
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return Timed{seconds, evaluation.fp32.metrics.at(0).value.value_or(0), evaluation.samples};
}

}  // namespace

Result<EvaluationTimes> timeEvaluation(int64_t samples, int rounds, int threads, Job& job) {
    Caches caches;
    protocol::VariantSpec params;
    params.model = kModel;
    params.data = protocol::DataSpec{"fashion-mnist:test", {}};
    params.recipe.rules = {{"global", "", "onednn"}};
    params.recipe.eval_samples = samples;
    params.recipe.threads = threads;
    QS_ASSIGN(const VariantOnData variant, buildVariant(caches, params, job));
    EvaluationOptions options;
    options.batch = kBatch;
    QS_ASSIGN(options.metrics, metricsFor(*variant.built->opened, *variant.data.evaluation, "top1", false));
    QS_ASSIGN(const auto int8, makeOneDnnExecutor(variant.built->converted));
    QS_ASSIGN(const auto libTorch, guard("LibTorch cannot open the model", [&] {
                  return std::make_unique<LibTorchExecutor>(kModel, int8->graph());
              }));
    std::vector<double> int8Seconds, libTorchSeconds;
    EvaluationTimes times;
    times.batch = kBatch;
    for (int round = 0; round < rounds; ++round) {
        QS_ASSIGN(const Timed ours, evaluate(*int8, *variant.data.evaluation, options, job));
        QS_ASSIGN(const Timed theirs, evaluate(*libTorch, *variant.data.evaluation, options, job));
        int8Seconds.push_back(ours.seconds);
        libTorchSeconds.push_back(theirs.seconds);
        times.samples = ours.samples;
        times.int8Top1 = ours.top1;
        times.libTorchTop1 = theirs.top1;
    }
    times.int8Seconds = median(int8Seconds);
    times.libTorchSeconds = median(libTorchSeconds);
    return times;
}

}  // namespace qs::bench
