#include "quant/ptq/folded_weights.h"

#include <ATen/ops/zeros_like.h>

#include "quant/output_channels.h"

namespace qs {

FoldedWeights foldBatchNorm(const Graph& graph, const FusionGroup& group) {
    const Node& primary = graph.node(group.primary);
    FoldedWeights folded{graph.constant(primary.inputs[1]).contiguous(), std::nullopt};
    if (primary.inputs.size() > 2) {
        folded.bias = graph.constant(primary.inputs[2]).contiguous();
    }
    if (!group.batchNorm) {
        return folded;
    }
    const Node& norm = graph.node(*group.batchNorm);
    const at::Tensor& gamma = graph.constant(norm.inputs[1]);
    const at::Tensor& beta = graph.constant(norm.inputs[2]);
    const at::Tensor& mean = graph.constant(norm.inputs[3]);
    const at::Tensor factor =
        gamma.mul(graph.constant(norm.inputs[4]).add(norm.attrs.get<double>("eps")).rsqrt());
    folded.weight = scaleOutputChannels(primary, folded.weight, factor).contiguous();
    const at::Tensor bias = folded.bias ? *folded.bias : at::zeros_like(mean);
    folded.bias = bias.sub(mean).mul(factor).add(beta).contiguous();
    return folded;
}

}  // namespace qs
