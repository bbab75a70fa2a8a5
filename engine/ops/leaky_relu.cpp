#include <ATen/ops/leaky_relu.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// attribute: slope, of the negative side.
void register_leaky_relu(OpRegistry& registry) {
    OpDef def;
    def.name = "leaky_relu";
    def.category = OpCategory::Activation;
    def.quant = QuantKind::Observed;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::leaky_relu(in[0], attrs.get<double>("slope"))};
    };
    def.aten = withInPlace("aten::leaky_relu", [](const Graph& graph, std::span<const AtenArg> raw) {
        auto opened = openUnary(graph, raw);
        if (opened) {
            opened->attrs.set("slope", AtenArgs(graph, raw).number(1).value_or(0.01));
        }
        return opened;
    });
    registry.add(def.name, def);
}

}  // namespace qs
