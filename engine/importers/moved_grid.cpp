#include "importers/moved_grid.h"

#include <ATen/ops/arange.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace qs {

namespace {

/// A tensor of these extents that holds each element's index along `axis`.
at::Tensor indicesAlong(int64_t axis, at::IntArrayRef sizes) {
    std::vector<int64_t> shape(sizes.size(), 1);
    shape.at(static_cast<size_t>(axis)) = sizes.at(static_cast<size_t>(axis));
    return at::arange(sizes.at(static_cast<size_t>(axis)), at::kInt).reshape(shape).expand(sizes);
}

}  // namespace

bool movesValues(const std::string& op) {
    static constexpr std::array<std::string_view, 9> known{
        "aten::permute", "aten::transpose", "aten::t",         "aten::reshape",   "aten::view",
        "aten::flatten", "aten::squeeze",   "aten::unsqueeze", "aten::contiguous"};
    return std::ranges::find(known, op) != known.end();
}

std::optional<QParams> movedGrid(QParams grid, at::IntArrayRef sizes,
                                 const std::function<at::Tensor(const at::Tensor&)>& move) {
    if (!grid.perChannel()) {
        return grid;
    }
    const at::Tensor indices = move(indicesAlong(grid.axis, sizes));
    const auto channels = static_cast<int64_t>(grid.scale.size());
    for (int64_t axis = 0; axis < indices.dim(); ++axis) {
        if (indices.size(axis) == channels && indices.equal(indicesAlong(axis, indices.sizes()))) {
            grid.axis = static_cast<int>(axis);
            return grid;
        }
    }
    return std::nullopt;
}

}  // namespace qs
