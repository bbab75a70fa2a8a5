// Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction", section 4.2,
// with means of samples instead of those that batch norms promise (their appendix D).

#include <ATen/ops/isfinite.h>
#include <ATen/ops/mean.h>

#include <algorithm>

#include "core/guard.h"
#include "core/translatable.h"
#include "ops/op.h"
#include "ops/quantize.h"
#include "quant/algorithms/algorithm.h"
#include "quant/algorithms/step_walk.h"
#include "runtime/executor.h"

namespace qs {

namespace {

constexpr const char* kSamples = "samples";
constexpr int64_t kCorrectionBatch = 16;
/// Of what is kept of all samples at the widest place of the network.
constexpr int64_t kMostKeptBytes = int64_t{1} << 30;

bool hasRows(const QNode& step) {
    return ops().find(step.op)->channelsInnermost;
}

/// What a weighted step reads, averaged over samples (rows, where a channel is a column). The op is linear,
/// so that what it makes of the mean is the mean of what it makes.
at::Tensor meanOverSamples(const QNode& step, const at::Tensor& x) {
    return (hasRows(step) ? x.reshape({-1, x.size(-1)}) : x).mean(0, /*keepdim=*/true, at::kFloat);
}

/// float64 [O]: by output channel the mean over positions of op(x, weight).
at::Tensor meanOutput(const QNode& step, const at::Tensor& x, const at::Tensor& weight) {
    const std::vector<at::Tensor> arguments{x, weight};
    const at::Tensor y = runFloat(step.op, step.attrs, arguments)[0].to(at::kDouble);
    const at::Tensor channels = hasRows(step) ? y.reshape({-1, y.size(-1)}).t() : y.transpose(0, 1);
    return channels.flatten(1).mean(1);
}

/// A mean of tensors of different numbers of samples.
class RunningMean {
  public:
    void add(const at::Tensor& mean, int64_t weight) {
        const at::Tensor share = mean.to(at::kDouble).mul(static_cast<double>(weight));
        sum_ = sum_.defined() ? sum_.add(share) : share;
        weight_ += weight;
    }
    at::Tensor mean() const { return sum_.div(static_cast<double>(weight_)); }

  private:
    at::Tensor sum_;
    int64_t weight_ = 0;
};

/// By weighted layer the mean of op(x, W) + bias in the FP32 network, float64 [O].
Result<std::map<std::string, at::Tensor>> referenceMeans(const Network& reference,
                                                         const InputBatches& batches, Job& job) {
    QS_ASSIGN(QuantizedGraph form, convertFloat(reference));
    QS_ASSIGN(const auto executor, makeOneDnnExecutor(std::move(form)));
    const QuantizedGraph& graph = executor->graph();
    std::map<ValueId, std::vector<const QNode*>> readers;
    for (const QNode& step : graph.nodes) {
        if (step.weight) {
            readers[step.inputs.at(0)].push_back(&step);
        }
    }
    std::map<std::string, RunningMean> means;
    const auto see = [&](ValueId value, const at::Tensor& x) {
        for (const QNode* step : readers[value]) {
            means[step->layer].add(meanOutput(*step, meanOverSamples(*step, x), *step->weight), x.numel());
        }
    };
    job.begin("Averaging the outputs of layers", static_cast<int64_t>(batches.size()));
    for (size_t i = 0; i < batches.size(); ++i) {
        QS_TRY(job.step(static_cast<int64_t>(i)));
        for (size_t input = 0; input < graph.inputs.size(); ++input) {
            see(graph.inputs[input], batches[i][input]);
        }
        QS_TRY(executor->run(batches[i], [&](size_t node, std::span<const at::Tensor> outputs) {
            for (size_t output = 0; output < outputs.size(); ++output) {
                see(graph.nodes[node].outputs[output], outputs[output]);
            }
        }));
    }
    QS_TRY(job.step(static_cast<int64_t>(batches.size())));
    std::map<std::string, at::Tensor> all;
    for (const QNode& step : graph.nodes) {
        if (step.weight) {
            const at::Tensor mean = means.at(step.layer).mean();
            all[step.layer] = step.bias ? mean.add(*step.bias) : mean;
        }
    }
    return all;
}

/// float64 [O]: the mean of op(x, W) without bias, of the step that comes next.
at::Tensor quantizedMean(const StepWalk& walk) {
    const QNode& step = walk.step();
    RunningMean mean;
    for (const at::Tensor& x : walk.input(0)) {
        mean.add(meanOverSamples(step, x), x.numel());
    }
    at::Tensor x = mean.mean();
    if (const auto& grid = walk.inputValue(0).qparams) {
        x = x.sub(grid->zeroPoint.at(0)).mul(grid->scale.at(0));
    }
    return meanOutput(step, x.to(at::kFloat),
                      step.weightInt ? dequantize(*step.weightInt, *step.weightQParams) : *step.weight);
}

bool isCorrected(const QNode& step) {
    return step.weight && quantizesWeight(step.compute);
}

Result<LayerChanges> correct(const QuantizedGraph& graph, const InputBatches& batches,
                             const std::map<std::string, at::Tensor>& reference, Job& job) {
    const auto corrected = std::ranges::count_if(graph.nodes, isCorrected);
    LayerChanges changes;
    StepWalk walk(graph, batches);
    job.begin("Correcting biases", corrected);
    for (int64_t done = 0; done < corrected;) {
        if (!isCorrected(walk.step())) {
            QS_TRY(walk.run(job));
            continue;
        }
        QNode step = walk.step();
        const at::Tensor bias = reference.at(step.layer).sub(quantizedMean(walk)).to(at::kFloat);
        // A network that overflows on a sample has no means there.
        if (at::isfinite(bias).all().item<bool>()) {
            step.bias = bias;
            changes[step.layer] = {bias};
        }
        QS_TRY(walk.runAs(step, job));
        QS_TRY(job.step(++done));
    }
    return changes;
}

/// How many samples are taken.
int64_t samplesFor(const QuantizedGraph& graph, int64_t wanted, std::vector<std::string>& notes) {
    const int64_t most = std::max<int64_t>(kMostKeptBytes / StepWalk::bytesPerSample(graph), 1);
    if (most < wanted) {
        notes.push_back("bias_correction used " + std::to_string(most) + " of " + std::to_string(wanted) +
                        " samples: more would need over 1 GB of memory");
    }
    return std::min(most, wanted);
}

/// What is compared is op(x, W) + bias, before a residual is added and before the activation: what the layer
/// itself computes, whatever is fused with it.
Result<AlgorithmOutcome> correctBiases(const AlgorithmContext& context, const Parameters& parameters,
                                       Job& job) {
    QS_ASSIGN(const QuantizedGraph graph, convert(context.network, context.encodings));
    if (std::ranges::none_of(graph.nodes, isCorrected)) {
        return AlgorithmOutcome();
    }
    AlgorithmOutcome outcome;
    const int64_t wanted = std::min(static_cast<int64_t>(parameters.at(kSamples)), context.data.size());
    const int64_t samples = samplesFor(graph, wanted, outcome.notes);
    const int64_t fixedBatch = context.reference.graph.fixedBatch();
    QS_ASSIGN(const InputBatches batches,
              readSpread(context.data, samples, fixedBatch > 0 ? fixedBatch : kCorrectionBatch, job));
    QS_TRY(guard("bias correction", [&]() -> Status {
        QS_ASSIGN(const auto reference, referenceMeans(context.reference, batches, job));
        QS_ASSIGN(outcome.layers, correct(graph, batches, reference, job));
        return {};
    }));
    return outcome;
}

}  // namespace

void register_bias_correction(Registry<PtqAlgorithm>& registry) {
    PtqAlgorithm def;
    def.description = QT_TRANSLATE_NOOP("Engine",
                                        "moves the biases of quantized layers until the means of their "
                                        "outputs are those of FP32");
    def.stage = PtqAlgorithm::Stage::AfterCalibration;
    def.parameters = {{kSamples, QT_TRANSLATE_NOOP("Engine", "calibration samples that means are taken over"),
                       64, 1, 100'000}};
    def.apply = correctBiases;
    registry.add("bias_correction", std::move(def));
}

}  // namespace qs
