#include "quant/algorithms/layer_changes.h"

#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "quant/ptq/folded_weights.h"

namespace qs {

namespace {

/// Gives the node a constant of its own as input `index`: layers may share the one that it has.
void replaceConstant(Graph& graph, NodeId node, size_t index, at::Tensor tensor) {
    const std::string name = graph.node(node).name + ".changed_bias";
    std::vector<ValueId> inputs = graph.node(node).inputs;
    if (index < inputs.size() && graph.value(inputs[index]).name == name) {
        graph.value(inputs[index]).constant = std::move(tensor);
        return;
    }
    inputs.resize(std::max(inputs.size(), index + 1));
    inputs[index] = graph.addConstant(name, std::move(tensor));
    graph.setInputs(node, std::move(inputs));
}

double changeBias(Graph& graph, const FusionGroup& group, const at::Tensor& bias) {
    const at::Tensor before = foldBatchNorm(graph, group).bias.value_or(at::zeros_like(bias));
    const at::Tensor change = bias.sub(before);
    if (group.batchNorm) {
        constexpr size_t kBeta = 2;
        const at::Tensor& beta = graph.constant(graph.node(*group.batchNorm).inputs.at(kBeta));
        replaceConstant(graph, *group.batchNorm, kBeta, beta.add(change));
    } else {
        constexpr size_t kBias = 2;
        replaceConstant(graph, group.primary, kBias, bias);
    }
    return change.abs().max().item<double>();
}

}  // namespace

std::vector<ChangedLayer> applyChanges(PreparedModel& model, const LayerChanges& changes) {
    std::vector<ChangedLayer> changed;
    for (size_t i = 0; i < model.groups.size(); ++i) {
        const FusionGroup& group = model.groups[i];
        const auto change = changes.find(model.graph.node(group.primary).name);
        if (change == changes.end() || !quantizesWeight(model.computes[i])) {
            continue;
        }
        changed.push_back({change->first, changeBias(model.graph, group, change->second.bias)});
    }
    return changed;
}

}  // namespace qs
