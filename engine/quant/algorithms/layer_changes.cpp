#include "quant/algorithms/layer_changes.h"

#include <ATen/ops/zeros_like.h>

namespace qs {

namespace {

double changeBias(LayerWeights& weights, const at::Tensor& bias) {
    const at::Tensor before = weights.bias.value_or(at::zeros_like(bias));
    weights.bias = bias;
    return bias.sub(before).abs().max().item<double>();
}

}  // namespace

std::vector<ChangedLayer> applyChanges(PreparedModel& model, const LayerChanges& changes) {
    std::vector<ChangedLayer> changed;
    for (size_t i = 0; i < model.groups.size(); ++i) {
        const auto change = changes.find(model.graph.node(model.groups[i].primary).name);
        if (change == changes.end() || !quantizesWeight(model.computes[i])) {
            continue;
        }
        changed.push_back({change->first, changeBias(*model.weights[i], change->second.bias)});
    }
    return changed;
}

}  // namespace qs
