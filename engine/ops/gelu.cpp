#include <ATen/ops/gelu.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// attribute: approximate, "none" (erf) or "tanh".
void register_gelu(OpRegistry& registry) {
    OpDef def;
    def.name = "gelu";
    def.category = OpCategory::Activation;
    def.quant = QuantKind::Observed;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::gelu(in[0], attrs.get<std::string>("approximate", "none"))};
    };
    def.aten = withInPlace("aten::gelu", [](const Graph& graph, std::span<const AtenArg> raw) {
        auto opened = openUnary(graph, raw);
        if (opened) {
            opened->attrs.set("approximate", AtenArgs(graph, raw).text(1).value_or("none"));
        }
        return opened;
    });
    registry.add(def.name, def);
}

}  // namespace qs
