#include "quant/network.h"

#include <ATen/ops/zeros_like.h>

#include "core/guard.h"
#include "ops/op.h"
#include "quant/output_channels.h"

namespace qs {

namespace {

LayerWeights foldGroup(const Graph& graph, const FusionGroup& group) {
    const Node& primary = graph.node(group.primary);
    LayerWeights folded{graph.constant(primary.inputs[1]).contiguous(), std::nullopt};
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

}  // namespace

Result<Network> fold(Graph graph) {
    return guard("folding batch norms", [&]() -> Result<Network> {
        Network network;
        network.groups = fuse(graph);
        for (const FusionGroup& group : network.groups) {
            network.weights.emplace_back();
            if (quantKindOf(graph.node(group.primary).op) == QuantKind::Weighted) {
                network.weights.back() = foldGroup(graph, group);
            }
        }
        network.graph = std::move(graph);
        return network;
    });
}

}  // namespace qs
