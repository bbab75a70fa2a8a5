#include <ATen/ops/cat.h>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

std::optional<OpenedOp> open(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    const auto dim = args.integer(1);
    const std::vector<ValueId> list = args.list(0);
    if (list.empty() || !dim) {
        return std::nullopt;
    }
    OpenedOp opened{{}, list};
    opened.alias = list.size() == 1 && !graph.value(list[0]).constant;
    opened.attrs.set("dim", fromFront(*dim, graph.value(list[0]).shape.size()).value_or(*dim));
    return opened;
}

}  // namespace

// inputs: one or more tensors, constants among them. attribute: dim.
void register_cat(OpRegistry& registry) {
    OpDef def;
    def.name = "cat";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::Observed;
    def.role = OpRole::Concatenate;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::cat(at::TensorList(in.data(), in.size()), attrs.get<int64_t>("dim"))};
    };
    def.aten = {{"aten::cat", open}, {"aten::concat", open}};
    registry.add(def.name, def);
}

}  // namespace qs
