#include <ATen/ops/add.h>

#include "ops/aten_args.h"
#include "ops/binary.h"
#include "ops/op.h"

namespace qs {

// inputs: a and b, broadcast against each other; b may be a float constant.
void register_add(OpRegistry& registry) {
    OpDef def;
    def.name = "add";
    def.category = OpCategory::Elementwise;
    def.quant = QuantKind::Observed;
    def.role = OpRole::Add;
    def.takesActivation = true;
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::add(in[0], in[1])};
    };
    def.aten = withInPlace(
        "aten::add", [](const Graph& graph, std::span<const AtenArg> args) -> std::optional<OpenedOp> {
            const bool plain = AtenArgs(graph, args).number(2).value_or(1.0) == 1.0;  // alpha
            return plain ? openCommutative(graph, args) : std::nullopt;
        });
    registry.add(def.name, def);
}

}  // namespace qs
