#include <ATen/ops/matmul.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

std::optional<OpenedOp> open(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    if (!args.isActivation(0) || !args.isActivation(1)) {
        return std::nullopt;
    }
    return OpenedOp{{}, {args.tensor(0), args.tensor(1)}};
}

}  // namespace

// inputs: two activations [..., M, K] and [..., K, N], leading extents broadcast.
void register_matmul(OpRegistry& registry) {
    OpDef def;
    def.name = "matmul";
    def.category = OpCategory::Linear;
    def.quant = QuantKind::Observed;
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::matmul(in[0], in[1])};
    };
    def.macs = [](const Graph& graph, const Node& node) -> int64_t {
        const Shape& left = graph.value(node.inputs[0]).shape;
        int64_t macs = left.empty() ? 0 : left.back();
        for (const int64_t extent : graph.value(node.outputs[0]).shape) {
            macs *= extent;
        }
        return macs;
    };
    def.aten = {{"aten::matmul", open}, {"aten::bmm", open}, {"aten::mm", open}};
    registry.add(def.name, def);
}

}  // namespace qs
