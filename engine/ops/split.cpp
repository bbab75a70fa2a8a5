#include <ATen/ops/split_with_sizes.h>

#include <algorithm>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

std::optional<OpenedOp> splitInto(const AtenArgs& args, int64_t dim, std::vector<int64_t> sizes) {
    OpenedOp opened{{}, {args.tensor(0)}};
    opened.attrs.set("dim", dim);
    opened.attrs.set("sizes", std::move(sizes));
    return opened;
}

/// Pieces of `size`, the last one what is left.
std::vector<int64_t> pieces(int64_t extent, int64_t size) {
    std::vector<int64_t> sizes;
    for (int64_t begin = 0; begin < extent; begin += size) {
        sizes.push_back(std::min(size, extent - begin));
    }
    return sizes;
}

std::optional<OpenedOp> openSplit(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    const auto dim = args.axis(2);
    if (!args.isActivation(0) || !dim) {
        return std::nullopt;
    }
    if (const auto size = args.integer(1)) {
        const int64_t extent = args.shape(0)[static_cast<size_t>(*dim)];
        return *size > 0 ? splitInto(args, *dim, pieces(extent, *size)) : std::nullopt;
    }
    const auto sizes = args.ints(1);
    return sizes ? splitInto(args, *dim, *sizes) : std::nullopt;
}

std::optional<OpenedOp> openChunk(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    const auto count = args.integer(1), dim = args.axis(2);
    if (!args.isActivation(0) || !dim || !count || *count < 1) {
        return std::nullopt;
    }
    const int64_t extent = args.shape(0)[static_cast<size_t>(*dim)];
    return splitInto(args, *dim, pieces(extent, std::max<int64_t>(1, (extent + *count - 1) / *count)));
}

}  // namespace

// outputs: one a size, consecutive along the axis. attributes: dim, sizes.
void register_split(OpRegistry& registry) {
    OpDef def;
    def.name = "split";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return at::split_with_sizes(in[0], attrs.ints("sizes"), attrs.get<int64_t>("dim"));
    };
    def.aten = {
        {"aten::split", openSplit}, {"aten::split_with_sizes", openSplit}, {"aten::chunk", openChunk}};
    registry.add(def.name, def);
}

}  // namespace qs
