#include "ops/parameters.h"

#include <ATen/ops/aminmax.h>
#include <ATen/ops/isfinite.h>

#include <cmath>

#include "ops/op.h"

namespace qs {

namespace {

int64_t countNotFinite(const at::Tensor& tensor) {
    if (!at::isFloatingType(tensor.scalar_type()) || tensor.numel() == 0) {
        return 0;
    }
    // Needs no memory, and lets NaN through: a finite range means that every value is finite.
    const auto [min, max] = at::aminmax(tensor);
    const bool isFinite = std::isfinite(min.item<double>()) && std::isfinite(max.item<double>());
    return isFinite ? 0 : tensor.numel() - tensor.isfinite().sum().item<int64_t>();
}

}  // namespace

std::vector<ParameterNotFinite> parametersNotFinite(const Graph& graph) {
    std::vector<ParameterNotFinite> found;
    for (const Node& node : graph.nodes()) {
        const OpDef* def = ops().find(node.op);
        for (size_t i = 0; def && i < node.inputs.size() && i < def->parameters.size(); ++i) {
            const Value& value = graph.value(node.inputs[i]);
            const int64_t count =
                value.constant && !def->parameters[i].empty() ? countNotFinite(*value.constant) : 0;
            if (count > 0) {
                found.push_back({node.id, "layer " + node.name + ": its " + def->parameters[i] + " (" +
                                              value.name + ") holds " + std::to_string(count) +
                                              (count == 1 ? " value that is" : " values that are") +
                                              " not finite (NaN or infinity)"});
            }
        }
    }
    return found;
}

}  // namespace qs
