#include <cstring>

#include "runtime/kernels/integer_operand.h"
#include "runtime/loops/image_loops.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// Elements before the first one of x along each axis, and the padded extents.
struct Padding {
    std::vector<int64_t> before;
    Shape shape;
};

Result<Padding> paddingOf(const std::vector<int64_t>& pads, const Shape& shape) {
    Padding padding{std::vector<int64_t>(shape.size(), 0), shape};
    if (pads.size() % 2 != 0 || pads.size() / 2 > shape.size()) {
        return failure("its widths do not fit the input");
    }
    for (size_t i = 0; i < pads.size() / 2; ++i) {
        const size_t axis = shape.size() - 1 - i;
        if (pads[2 * i] < 0 || pads[2 * i + 1] < 0) {
            return failure("it cuts off instead of padding");
        }
        padding.before[axis] = pads[2 * i];
        padding.shape[axis] += pads[2 * i] + pads[2 * i + 1];
    }
    return padding;
}

/// Where each block of x that stays together begins in y, in elements.
struct TargetBlocks {
    std::vector<int64_t> starts;
    int64_t size = 1;
};

TargetBlocks blocksOf(const Operand& x, const Operand& y, const std::vector<int64_t>& before) {
    const std::vector<size_t> order = memoryOrder(x.shape.size(), x.layout);
    const std::vector<int64_t> strides = y.strides();
    TargetBlocks blocks;
    size_t outer = order.size();  // axes outside of a block
    while (outer > 0) {
        const size_t axis = order[--outer];
        blocks.size *= x.shape[axis];
        if (x.shape[axis] != y.shape[axis]) {
            break;
        }
    }
    int64_t base = 0;
    for (size_t d = 0; d < before.size(); ++d) {
        base += before[d] * strides[d];
    }
    blocks.starts = {base};
    for (size_t i = 0; i < outer; ++i) {
        std::vector<int64_t> next;
        for (const int64_t start : blocks.starts) {
            for (int64_t k = 0; k < x.shape[order[i]]; ++k) {
                next.push_back(start + k * strides[order[i]]);
            }
        }
        blocks.starts = std::move(next);
    }
    return blocks;
}

/// With zeros: in integers the byte that stands for 0.
Result<std::string> lowerPad(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0));
    if (!realBounds(b.node()).isUnbounded() || b.inputQParams(0) != b.outputQParams()) {
        return failure("its output has other numbers than its input");
    }
    QS_ASSIGN(const Padding padding, paddingOf(b.node().attrs.ints("pads"), x.shape));
    const Operand y = b.output(padding.shape, x.layout);
    const auto element = static_cast<int64_t>(c10::elementSize(x.type));
    TargetBlocks blocks = blocksOf(x, y, padding.before);
    for (int64_t& start : blocks.starts) {
        start *= element;
    }
    const int zero = b.isInteger() ? static_cast<uint8_t>(b.inputQParams(0)->zeroPoint[0]) : 0;
    b.addStep([from = x.buffer, to = y.buffer, zero, bytes = y.bytes(), size = blocks.size * element,
               starts = std::move(blocks.starts)]() {
        std::memset(to->data, zero, bytes);
        distributeBlocks(bytesOf(from), starts, size, static_cast<uint8_t*>(to->data));
    });
    return std::string("loop");
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_pad(runtime::KernelRegistry& registry) {
    registry.add("pad", {runtime::lowerPad});
}

}  // namespace qs
