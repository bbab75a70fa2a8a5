#include <ATen/core/Tensor.h>

#include <algorithm>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

/// Extents that stay as they are become -1, so that the batch's is not written down.
std::optional<OpenedOp> open(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    auto shape = args.ints(1);
    if (!args.isActivation(0) || !shape || args.shape(0).empty() || shape->size() < args.shape(0).size()) {
        return std::nullopt;
    }
    const Shape& source = args.shape(0);
    const size_t added = shape->size() - source.size();
    for (size_t i = 0; i < source.size(); ++i) {
        if ((*shape)[added + i] == source[i]) {
            (*shape)[added + i] = -1;
        }
    }
    OpenedOp opened{{}, {args.tensor(0)}};
    opened.alias =
        added == 0 && std::all_of(shape->begin(), shape->end(), [](int64_t extent) { return extent == -1; });
    opened.attrs.set("shape", *shape);
    return opened;
}

}  // namespace

// Repeats extents of one. attribute: shape, in which -1 keeps the input's extent.
void register_expand(OpRegistry& registry) {
    OpDef def;
    def.name = "expand";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {in[0].expand(attrs.ints("shape"))};
    };
    def.aten = {{"aten::expand", open}};
    registry.add(def.name, def);
}

}  // namespace qs
