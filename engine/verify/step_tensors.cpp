#include "verify/step_tensors.h"

#include <algorithm>

namespace qs {

std::vector<StepTensor> stepTensors(const QuantizedGraph& graph, const LayerTensors& layers) {
    std::vector<StepTensor> tensors;
    std::map<std::string, size_t> taken;
    for (size_t node = 0; node < graph.nodes.size(); ++node) {
        const QNode& step = graph.nodes[node];
        for (size_t output = 0; output < step.outputs.size(); ++output) {
            if (!graph.value(step.outputs[output]).isInteger()) {
                continue;
            }
            const auto named = layers.find(step.layer);
            const size_t i = taken[step.layer]++;
            if (named != layers.end() && i < named->second.size()) {
                tensors.push_back({node, output, step.outputs[output], step.layer, named->second[i]});
            }
        }
    }
    return tensors;
}

std::string shownLayerName(const QuantizedGraph& graph, const QNode& node) {
    const auto owner = std::ranges::find_if(graph.nodes, [&](const QNode& other) {
        return std::ranges::find(other.fused, node.layer) != other.fused.end();
    });
    return node.isBoundary() && owner != graph.nodes.end() ? owner->layer : node.layer;
}

}  // namespace qs
