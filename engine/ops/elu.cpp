#include <ATen/ops/elu.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// attributes: alpha, scale, input_scale: scale * (x > 0 ? x : alpha * (exp(input_scale * x) - 1)).
void register_elu(OpRegistry& registry) {
    OpDef def;
    def.name = "elu";
    def.category = OpCategory::Activation;
    def.quant = QuantKind::Observed;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::elu(in[0], attrs.get<double>("alpha", 1), attrs.get<double>("scale", 1),
                        attrs.get<double>("input_scale", 1))};
    };
    def.aten = withInPlace("aten::elu", [](const Graph& graph, std::span<const AtenArg> raw) {
        const AtenArgs args(graph, raw);
        auto opened = openUnary(graph, raw);
        if (opened) {
            opened->attrs.set("alpha", args.number(1).value_or(1));
            opened->attrs.set("scale", args.number(2).value_or(1));
            opened->attrs.set("input_scale", args.number(3).value_or(1));
        }
        return opened;
    });
    registry.add(def.name, def);
}

}  // namespace qs
