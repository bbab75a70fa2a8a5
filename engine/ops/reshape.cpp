#include <ATen/ops/reshape.h>

#include <algorithm>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

std::optional<OpenedOp> reshaped(const AtenArgs& args, const std::vector<int64_t>& shape) {
    if (!args.isActivation(0) || std::count(shape.begin(), shape.end(), -1) > 1) {
        return std::nullopt;
    }
    OpenedOp opened{{}, {args.tensor(0)}};
    opened.alias = shape == args.shape(0) && !shape.empty();
    opened.attrs.set("shape", shape);
    return opened;
}

std::optional<OpenedOp> openShape(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    const auto shape = args.ints(1);
    return shape ? reshaped(args, *shape) : std::nullopt;
}

std::optional<OpenedOp> openUnsqueeze(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    const auto dim = args.integer(1);
    if (!args.isActivation(0) || !dim || args.shape(0).empty()) {
        return std::nullopt;
    }
    Shape shape = args.shape(0);
    const auto at = fromFront(*dim, shape.size() + 1);
    if (!at) {
        return std::nullopt;
    }
    shape.insert(shape.begin() + *at, 1);
    return reshaped(args, shape);
}

/// Of one axis, or of all that hold one element.
std::optional<OpenedOp> openSqueeze(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    if (!args.isActivation(0) || args.shape(0).empty()) {
        return std::nullopt;
    }
    Shape shape = args.shape(0);
    if (args.size() == 1) {
        std::erase(shape, 1);
        return shape.empty() ? std::nullopt : reshaped(args, shape);
    }
    const auto dim = args.axis(1);
    if (!dim || (shape.size() == 1 && shape[0] == 1)) {
        return std::nullopt;
    }
    if (shape[static_cast<size_t>(*dim)] == 1) {
        shape.erase(shape.begin() + *dim);
    }
    return reshaped(args, shape);
}

}  // namespace

// attribute: shape, with at most one -1 (whatever is left).
void register_reshape(OpRegistry& registry) {
    OpDef def;
    def.name = "reshape";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::reshape(in[0], attrs.ints("shape"))};
    };
    def.aten = {{"aten::reshape", openShape},
                {"aten::view", openShape},
                {"aten::_unsafe_view", openShape},
                {"aten::unsqueeze", openUnsqueeze},
                {"aten::squeeze", openSqueeze}};
    registry.add(def.name, def);
}

}  // namespace qs
