#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>

#include <numeric>

#include "ops/op.h"
#include "runtime/kernels/integer_operand.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// Float32 counts elements without gaps so far.
constexpr int64_t kMostElements = int64_t{1} << 24;

at::Tensor toMemoryOrder(const at::Tensor& x, Layout layout) {
    return (layout == Layout::ChannelsLast ? x.movedim(1, -1) : x).contiguous();
}
at::Tensor toLogicalOrder(const at::Tensor& flat, const Operand& x) {
    Shape extents;
    for (const size_t axis : memoryOrder(x.shape.size(), x.layout)) {
        extents.push_back(x.shape[axis]);
    }
    const at::Tensor ordered = flat.reshape(extents);
    return x.layout == Layout::ChannelsLast ? ordered.movedim(-1, 1) : ordered;
}

/// Where each element of the result comes from, in blocks of `size` elements that stay together.
struct SourceBlocks {
    std::vector<int64_t> starts;
    int64_t size = 0;
};

SourceBlocks blocksOf(const at::Tensor& sources) {
    const float* from = sources.data_ptr<float>();
    const int64_t count = sources.numel();
    int64_t size = count;
    for (int64_t i = 1; i < count; ++i) {
        if (from[i] != from[i - 1] + 1) {
            size = std::gcd(size, i);
        }
    }
    SourceBlocks blocks{{}, size};
    for (int64_t i = 0; i < count; i += size) {
        blocks.starts.push_back(static_cast<int64_t>(from[i]));
    }
    return blocks;
}

/// Ops that only move elements: the op itself, run once on the elements' positions, says where each one goes.
Result<std::string> lowerRearrange(NodeBuilder& b) {
    QS_ASSIGN(Operand x, b.input(0));
    if (x.shape.size() == 4) {
        QS_ASSIGN(x, b.input(0, Layout::ChannelsLast));
    }
    if (!b.node().constants.empty()) {
        return failure("one of its inputs is a constant");
    }
    if (x.count() > kMostElements) {
        return failure("it is too large to tabulate");
    }
    const at::Tensor positions = toLogicalOrder(at::arange(x.count(), at::kFloat), x);
    std::vector<at::Tensor> arguments{positions};
    for (size_t i = 1; i < b.node().inputs.size(); ++i) {  // read for their shape only
        QS_ASSIGN(const Operand shaped, b.input(i));
        arguments.push_back(at::empty(shaped.shape, at::kFloat));
    }
    const at::Tensor moved = runFloat(b.node().op, b.node().attrs, arguments).at(0);
    const Layout layout = moved.dim() == 4 ? Layout::ChannelsLast : Layout::Contiguous;
    const auto element = static_cast<int64_t>(x.bytes()) / std::max<int64_t>(x.count(), 1);
    SourceBlocks blocks = blocksOf(toMemoryOrder(moved, layout));
    for (int64_t& start : blocks.starts) {
        start *= element;
    }
    Shape shape = moved.sizes().vec();
    const bool movesRows =
        !shape.empty() && blocks.size == (layout == Layout::ChannelsLast ? shape[1] : shape.back());
    const Operand y = movesRows ? b.outputRows(std::move(shape), layout) : b.output(std::move(shape), layout);
    b.addStep([from = x.buffer, to = y.buffer, starts = std::move(blocks.starts),
               size = blocks.size * element, pitch = (movesRows ? y.pitch() : blocks.size) * element]() {
        collectBlocks(bytesOf(from), starts, size, static_cast<uint8_t*>(to->data), pitch);
    });
    return std::string("moves of " + std::to_string(blocks.size));
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_rearrange(runtime::KernelRegistry& registry) {
    for (const char* op : {"expand", "expand_batch", "pixel_shuffle", "roll", "upsample_nearest2d"}) {
        registry.add(op, {runtime::lowerRearrange});
    }
}

}  // namespace qs
