#include "runtime/kernels/average.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <array>

#include "ops/op.h"
#include "runtime/kernels/integer_operand.h"
#include "runtime/loops/image_loops.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

using IntegerAverage = decltype(&averageReals);

/// The windows of one axis of `extent` places in `count` results.
std::vector<Span> spansOf(const Attributes& attrs, size_t axis, int64_t extent, int64_t count) {
    std::vector<Span> spans;
    if (attrs.find("output_size")) {  // as PyTorch divides it: from floor(i * n / m) to ceil((i + 1) * n / m)
        for (int64_t i = 0; i < count; ++i) {
            const int64_t begin = i * extent / count, end = ((i + 1) * extent + count - 1) / count;
            spans.push_back({begin, end, end - begin});
        }
        return spans;
    }
    const int64_t kernel = attrs.ints("kernel").at(axis), stride = attrs.ints("stride").at(axis);
    const int64_t padding = attrs.ints("padding").at(axis);
    const bool countsPadding = attrs.get<bool>("count_include_pad", true);
    for (int64_t i = 0; i < count; ++i) {
        const int64_t begin = i * stride - padding, end = std::min(begin + kernel, extent + padding);
        Span span{std::max<int64_t>(begin, 0), std::min(end, extent), end - begin};
        if (!countsPadding) {
            span.counted = span.end - span.begin;
        }
        spans.push_back(span);
    }
    return spans;
}

/// x as images of `shape`, averaged over the given windows into y: integers by `average`.
void addAverage(NodeBuilder& b, const Operand& x, const ImageShape& shape, std::vector<Span> rows,
                std::vector<Span> columns, const Operand& y, IntegerAverage average) {
    const Bounds bounds = realBounds(b.node());
    if (!b.isInteger()) {
        b.addStep([from = x.buffer, to = y.buffer, shape, rows = std::move(rows),
                   columns = std::move(columns), low = static_cast<float>(bounds.low),
                   high = static_cast<float>(bounds.high)]() {
            averageWindows(floatsOf(from), shape, rows, columns, low, high, static_cast<float*>(to->data));
        });
        return;
    }
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    b.addStep([from = x.buffer, to = y.buffer, shape, rows = std::move(rows), columns = std::move(columns),
               source = integerSource(p, p.scale[0]), scale = static_cast<float>(q.scale[0]),
               target = integerTarget(q, bounds), average]() mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data);
        average(source, shape, rows, columns, scale, target);
    });
}

/// Extents from the outermost to the innermost in memory, and where each axis stands among them.
struct MemoryOrder {
    Shape extents;
    std::vector<size_t> positions;
};

MemoryOrder memoryOrder(const Operand& x) {
    if (x.layout == Layout::ChannelsLast) {
        return {{x.shape[0], x.shape[2], x.shape[3], x.shape[1]}, {0, 3, 1, 2}};
    }
    MemoryOrder order{x.shape, {}};
    for (size_t d = 0; d < x.shape.size(); ++d) {
        order.positions.push_back(d);
    }
    return order;
}

/// Over axes that lie side by side in memory: images of one column, averaged over all rows.
Result<std::string> lowerMean(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0));
    const MemoryOrder order = memoryOrder(x);
    std::vector<bool> reduced(x.shape.size(), false);  // in memory order
    std::vector<bool> dropped(x.shape.size(), false);
    for (const int64_t dim : b.node().attrs.ints("dims")) {
        dropped[x.axis(dim)] = true;
        reduced[order.positions[x.axis(dim)]] = true;
    }
    ImageShape shape{1, 1, 1, 1};
    int phase = 0;  // outer axes, reduced ones, inner ones
    for (size_t at = 0; at < reduced.size(); ++at) {
        if (order.extents[at] == 1) {
            continue;
        }
        if (reduced[at] && phase == 2) {
            return failure("the axes of its mean do not lie side by side");
        }
        phase = reduced[at] ? 1 : (phase == 0 ? 0 : 2);
        (phase == 0 ? shape.batch : phase == 1 ? shape.height : shape.channels) *= order.extents[at];
    }
    const bool keepdim = b.node().attrs.get<bool>("keepdim");
    Shape result;
    for (size_t d = 0; d < x.shape.size(); ++d) {
        if (!dropped[d] || keepdim) {
            result.push_back(dropped[d] ? 1 : x.shape[d]);
        }
    }
    const bool image = keepdim && x.layout == Layout::ChannelsLast;
    if (!image && x.layout == Layout::ChannelsLast && !(dropped[2] && dropped[3])) {
        return failure("what remains of the image lies in another order");
    }
    const Operand y = b.output(result, image ? Layout::ChannelsLast : Layout::Contiguous);
    addAverage(b, x, shape, {{0, shape.height, shape.height}}, {{0, 1, 1}}, y, averageWindows);
    return std::string("loop");
}

}  // namespace

Result<std::string> lowerWindowAverages(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0, Layout::ChannelsLast));
    const Attributes& attrs = b.node().attrs;
    const at::Tensor one = at::zeros({1, 1, x.shape[2], x.shape[3]});
    const at::Tensor result = runFloat(b.node().op, attrs, std::array{one}).at(0);
    const int64_t height = result.size(2), width = result.size(3);
    const Operand y = b.output({x.shape[0], x.shape[1], height, width}, Layout::ChannelsLast);
    // What ONNX Runtime has for the windows: QLinearGlobalAveragePool; nothing where they are of unequal
    // sizes; else QLinearAveragePool.
    const bool isGlobal = height * width == 1;
    const bool isUnequal = x.shape[2] % height != 0 || x.shape[3] % width != 0;
    const bool isExact = b.node().op == "adaptive_avg_pool2d" && (isGlobal || isUnequal);
    const IntegerAverage exact = averageWindows;
    addAverage(b, x, {x.shape[0], x.shape[2], x.shape[3], x.shape[1]}, spansOf(attrs, 0, x.shape[2], height),
               spansOf(attrs, 1, x.shape[3], width), y, isExact ? exact : averageReals);
    return std::string("loop");
}

}  // namespace qs::runtime

namespace qs {

void register_average(runtime::KernelRegistry& registry) {
    registry.add("mean", {runtime::lowerMean});
}

}  // namespace qs
