#include <ATen/ops/softmax.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

std::optional<OpenedOp> openAlong(const AtenArgs& args) {
    const auto dim = args.integer(1);
    if (!args.isActivation(0) || !dim) {
        return std::nullopt;
    }
    OpenedOp opened{{}, {args.tensor(0)}};
    opened.attrs.set("dim", args.axis(1).value_or(*dim));
    return opened;
}

}  // namespace

// attribute: dim.
void register_softmax(OpRegistry& registry) {
    OpDef def;
    def.name = "softmax";
    def.category = OpCategory::Activation;
    def.quant = QuantKind::Observed;
    def.fixedOutput = FixedRange{0, 1};
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::softmax(in[0], attrs.get<int64_t>("dim"))};
    };
    def.aten = {
        {"aten::softmax",
         [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             const bool keepsType =
                 args.isNone(2) || args.integer(2) == static_cast<int64_t>(at::ScalarType::Float);
             return keepsType ? openAlong(args) : std::nullopt;
         }},
        {"aten::_softmax", [](const Graph& graph, std::span<const AtenArg> raw) -> std::optional<OpenedOp> {
             const AtenArgs args(graph, raw);
             return args.boolean(2) == false ? openAlong(args) : std::nullopt;  // half_to_float
         }}};
    registry.add(def.name, def);
}

}  // namespace qs
