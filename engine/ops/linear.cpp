#include <ATen/ops/linear.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

// inputs: x [..., I], weight [O, I], optional bias [O].
void register_linear(OpRegistry& registry) {
    OpDef def;
    def.name = "linear";
    def.category = OpCategory::Linear;
    def.quant = QuantKind::Weighted;
    def.channelsInnermost = true;
    def.takesActivation = true;
    def.parameters = {"", "weight", "bias"};
    def.forward = [](const Attributes&, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::linear(in[0], in[1], in.size() > 2 ? in[2] : at::Tensor())};
    };
    def.macs = [](const Graph& graph, const Node& node) -> int64_t {
        int64_t macs = graph.value(node.inputs[1]).shape.back();
        for (const int64_t extent : graph.value(node.outputs[0]).shape) {
            macs *= extent;
        }
        return macs;
    };
    def.aten = {
        {"aten::linear", [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             if (!args.isActivation(0) || !args.isFloatConstant(1) || args.shape(1).size() != 2 ||
                 !(args.isNone(2) || args.isFloatConstant(2))) {
                 return std::nullopt;
             }
             OpenedOp opened;
             opened.inputs = {args.tensor(0), args.tensor(1)};
             if (!args.isNone(2)) {
                 opened.inputs.push_back(args.tensor(2));
             }
             return opened;
         }}};
    registry.add(def.name, def);
}

}  // namespace qs
