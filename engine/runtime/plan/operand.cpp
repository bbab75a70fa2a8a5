#include "runtime/plan/operand.h"

#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>

namespace qs::runtime {

namespace {

/// `pitch`: elements from row to row.
Shape stridesOf(const Shape& shape, Layout layout, int64_t pitch) {
    const std::vector<size_t> order = memoryOrder(shape.size(), layout);
    Shape strides(shape.size(), 1);
    for (size_t i = order.size(); i-- > 1;) {
        strides[order[i - 1]] = i + 1 == order.size() ? pitch : strides[order[i]] * shape[order[i]];
    }
    return strides;
}

}  // namespace

bool hasChannelsLast(const Shape& shape) {
    return shape.size() == 4 || shape.size() == 5;
}

std::vector<size_t> memoryOrder(size_t rank, Layout layout) {
    std::vector<size_t> order(rank);
    std::iota(order.begin(), order.end(), size_t{0});
    if (layout == Layout::ChannelsLast) {
        std::rotate(order.begin() + 1, order.begin() + 2, order.end());
    }
    return order;
}

int64_t pixelsOf(const Shape& shape) {
    return std::accumulate(shape.begin() + 2, shape.end(), int64_t{1}, std::multiplies<>());
}

void Buffer::bind(void* memory) {
    if (data == memory) {
        return;
    }
    data = memory;
    for (const auto& follow : followers) {
        follow(memory);
    }
}

int64_t Operand::count() const {
    return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

size_t Operand::bytes() const {
    return static_cast<size_t>(count()) * c10::elementSize(type);
}

size_t Operand::innermostAxis() const {
    return layout == Layout::ChannelsLast ? 1 : std::max<size_t>(shape.size(), 1) - 1;
}

int64_t Operand::rowWidth() const {
    return shape.empty() ? 1 : shape[innermostAxis()];
}

int64_t Operand::rowCount() const {
    return rowWidth() == 0 ? 0 : count() / rowWidth();
}

size_t Operand::axis(int64_t dim) const {
    const auto rank = static_cast<int64_t>(shape.size());
    const int64_t axis = dim < 0 ? dim + rank : dim;
    if (axis < 0 || axis >= rank) {
        throw std::out_of_range("axis " + std::to_string(dim) + " of " + std::to_string(rank));
    }
    return static_cast<size_t>(axis);
}

int64_t Operand::innerCount(size_t dim) const {
    const std::vector<size_t> order = memoryOrder(shape.size(), layout);
    int64_t inner = 1;
    for (auto at = order.rbegin(); at != order.rend(); ++at) {
        inner *= shape[*at];
        if (*at == dim) {
            break;
        }
    }
    return inner;
}

std::vector<int64_t> Operand::strides() const {
    return stridesOf(shape, layout, pitch());
}

at::Tensor Operand::tensor() const {
    return at::from_blob(buffer->data, shape, strides(), type);
}

bool isArenaType(at::ScalarType type) {
    return type == at::kFloat || type == at::kByte || type == at::kChar;
}

bool sameOrder(const Shape& shape, Layout a, Layout b) {
    return a == b || !hasChannelsLast(shape) || shape[1] == 1 || pixelsOf(shape) == 1;
}

}  // namespace qs::runtime
