#include <ATen/ops/add.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// inputs: a, b, broadcast against each other.
void register_add(OpRegistry& registry) {
    OpDef def;
    def.name = "add";
    def.category = OpCategory::Elementwise;
    def.quant = QuantKind::Observed;
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::add(in[0], in[1])};
    };
    const auto open = [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
        const AtenArgs args(graph, raw);
        if (args.size() != 3 || !args.isTensor(0) || !args.isTensor(1) || args.isConstantTensor(0) ||
            args.isConstantTensor(1) || args.number(2) != 1.0) {
            return std::nullopt;
        }
        return OpenedOp{{}, {args.tensor(0), args.tensor(1)}};
    };
    def.aten = {{"aten::add", open}, {"aten::add_", open}};
    registry.add(def.name, def);
}

}  // namespace qs
