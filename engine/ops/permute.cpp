#include <ATen/ops/permute.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "ops/aten_args.h"
#include "ops/op.h"

namespace qs {

namespace {

OpenedOp permuted(const AtenArgs& args, std::vector<int64_t> dims) {
    OpenedOp opened{{}, {args.tensor(0)}};
    opened.alias = std::is_sorted(dims.begin(), dims.end());
    opened.attrs.set("dims", std::move(dims));
    return opened;
}

std::vector<int64_t> identityOrder(size_t rank) {
    std::vector<int64_t> dims(rank);
    std::iota(dims.begin(), dims.end(), int64_t{0});
    return dims;
}

std::optional<OpenedOp> openPermute(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    auto dims = args.ints(1);
    if (!args.isActivation(0) || !dims) {
        return std::nullopt;
    }
    for (int64_t& dim : *dims) {
        const auto axis = fromFront(dim, dims->size());
        if (!axis) {
            return std::nullopt;
        }
        dim = *axis;
    }
    return permuted(args, *dims);
}

std::optional<OpenedOp> openTranspose(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    const auto a = args.axis(1), b = args.axis(2);
    if (!args.isActivation(0) || !a || !b) {
        return std::nullopt;
    }
    auto dims = identityOrder(args.shape(0).size());
    std::swap(dims[static_cast<size_t>(*a)], dims[static_cast<size_t>(*b)]);
    return permuted(args, dims);
}

/// All axes in reverse.
std::optional<OpenedOp> openReversed(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    if (!args.isActivation(0) || args.shape(0).empty()) {
        return std::nullopt;
    }
    auto dims = identityOrder(args.shape(0).size());
    std::reverse(dims.begin(), dims.end());
    return permuted(args, dims);
}

}  // namespace

// attribute: dims, the input's axis for each of the output's, counted from the front.
void register_permute(OpRegistry& registry) {
    OpDef def;
    def.name = "permute";
    def.category = OpCategory::Shape;
    def.quant = QuantKind::PassThrough;
    def.role = OpRole::Permute;
    def.forward = [](const Attributes& attrs, std::span<const at::Tensor> in) -> std::vector<at::Tensor> {
        return {at::permute(in[0], attrs.ints("dims"))};
    };
    def.aten = {{"aten::permute", openPermute},
                {"aten::transpose", openTranspose},
                {"aten::swapaxes", openTranspose},
                {"aten::t", openReversed},
                {"aten::numpy_T", openReversed}};
    registry.add(def.name, def);
}

}  // namespace qs
