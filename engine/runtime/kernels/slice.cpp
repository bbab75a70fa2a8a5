#include <algorithm>

#include "runtime/kernels/integer_operand.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// Copies `count` elements of an axis from `start` on, `step` apart, for every index of the axes outside.
void addSlice(NodeBuilder& b, const Operand& x, size_t dim, int64_t start, int64_t count, int64_t step,
              const Operand& y) {
    const auto element = static_cast<int64_t>(x.bytes()) / std::max<int64_t>(x.count(), 1);
    const int64_t whole = x.innerCount(dim) * element;
    const int64_t block = x.strides()[dim] * element;
    const int64_t outer = whole == 0 ? 0 : static_cast<int64_t>(x.bytes()) / whole;
    const int64_t apart = count > 1 ? step * block : 0;  // a step may lead far beyond the axis
    b.addStep([from = x.buffer, to = y.buffer, outer, whole, block, start, count, apart]() {
        gatherBlocks(bytesOf(from) + start * block, static_cast<uint8_t*>(to->data),
                     {outer, whole, count, apart, block});
    });
}

Result<std::string> lowerSlice(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0));
    const Attributes& attrs = b.node().attrs;
    const size_t dim = x.axis(attrs.get<int64_t>("dim"));
    const int64_t extent = x.shape[dim], step = attrs.get<int64_t>("step", 1);
    const auto bounded = [extent](int64_t at) {
        return std::clamp<int64_t>(at < 0 ? at + extent : at, 0, extent);
    };
    const int64_t start = bounded(attrs.get<int64_t>("start", 0));
    const int64_t end = bounded(attrs.get<int64_t>("end", extent));
    Shape shape = x.shape;
    const int64_t count = end > start ? (end - start - 1) / step + 1 : 0;
    shape[dim] = count;
    addSlice(b, x, dim, start, count, step, b.output(std::move(shape), x.layout));
    return std::string("loop");
}

Result<std::string> lowerSelect(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0, Layout::Contiguous));
    const size_t dim = x.axis(b.node().attrs.get<int64_t>("dim"));
    const int64_t index = b.node().attrs.get<int64_t>("index");
    Shape shape = x.shape;
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(dim));
    addSlice(b, x, dim, index < 0 ? index + x.shape[dim] : index, 1, 1,
             b.output(std::move(shape), Layout::Contiguous));
    return std::string("loop");
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_slice(runtime::KernelRegistry& registry) {
    registry.add("slice", {runtime::lowerSlice});
    registry.add("select", {runtime::lowerSelect});
}

}  // namespace qs
