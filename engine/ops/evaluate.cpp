#include "ops/evaluate.h"

#include <ATen/core/grad_mode.h>

#include "core/guard.h"
#include "ops/op.h"

namespace qs {

namespace {

/// For each value, the index of the last node that reads it; graph outputs stay to the end.
std::vector<int32_t> lastReaders(const Graph& graph) {
    std::vector<int32_t> last(graph.values().size(), -1);
    for (const auto& node : graph.nodes()) {
        for (const ValueId input : node.inputs) {
            last[static_cast<size_t>(input.index)] = node.id.index;
        }
    }
    for (const ValueId output : graph.outputs()) {
        last[static_cast<size_t>(output.index)] = static_cast<int32_t>(graph.nodes().size());
    }
    return last;
}

}  // namespace

Result<std::vector<at::Tensor>> evaluate(const Graph& graph, std::span<const at::Tensor> inputs,
                                         const NodeTap& tap) {
    const at::NoGradGuard noGrad;
    if (inputs.size() != graph.inputs().size()) {
        return failure("the model takes " + std::to_string(graph.inputs().size()) + " inputs, not " +
                       std::to_string(inputs.size()));
    }
    std::vector<at::Tensor> tensors(graph.values().size());
    for (const auto& value : graph.values()) {
        if (value.constant) {
            tensors[static_cast<size_t>(value.id.index)] = *value.constant;
        }
    }
    for (size_t i = 0; i < inputs.size(); ++i) {
        tensors[static_cast<size_t>(graph.inputs()[i].index)] = inputs[i];
    }
    const auto last = lastReaders(graph);
    for (const auto& node : graph.nodes()) {
        std::vector<at::Tensor> arguments;
        for (const ValueId input : node.inputs) {
            arguments.push_back(tensors[static_cast<size_t>(input.index)]);
        }
        QS_ASSIGN(const std::vector<at::Tensor> outputs,
                  guard("layer " + node.name + " (" + node.op + ")",
                        [&] { return runFloat(node.op, node.attrs, arguments); }));
        if (outputs.size() != node.outputs.size()) {
            return failure("layer " + node.name + " (" + node.op + ") gave " +
                           std::to_string(outputs.size()) + " outputs where the model has " +
                           std::to_string(node.outputs.size()));
        }
        for (size_t i = 0; i < outputs.size(); ++i) {
            tensors[static_cast<size_t>(node.outputs[i].index)] = outputs[i];
        }
        if (tap) {
            tap(node, outputs);
        }
        for (const ValueId input : node.inputs) {
            if (last[static_cast<size_t>(input.index)] == node.id.index) {
                tensors[static_cast<size_t>(input.index)] = at::Tensor();
            }
        }
    }
    std::vector<at::Tensor> results;
    for (const ValueId output : graph.outputs()) {
        results.push_back(tensors[static_cast<size_t>(output.index)]);
    }
    return results;
}

}  // namespace qs
