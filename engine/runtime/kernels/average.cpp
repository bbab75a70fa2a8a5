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

/// x as volumes of `shape`, averaged over the given windows into y: integers by `average`.
void addAverage(NodeBuilder& b, const Operand& x, const VolumeShape& shape, Windows windows, const Operand& y,
                IntegerAverage average) {
    const Bounds bounds = realBounds(b.node());
    if (!b.isInteger()) {
        b.addStep([from = x.buffer, to = y.buffer, shape, windows = std::move(windows),
                   low = static_cast<float>(bounds.low), high = static_cast<float>(bounds.high)]() {
            averageWindows(floatsOf(from), shape, windows, low, high, static_cast<float*>(to->data));
        });
        return;
    }
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    b.addStep([from = x.buffer, to = y.buffer, shape, windows = std::move(windows),
               source = integerSource(p, p.scale[0]), scale = static_cast<float>(q.scale[0]),
               target = integerTarget(q, bounds), average]() mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data);
        average(source, shape, windows, scale, target);
    });
}

/// Over axes that lie side by side in memory: images of one column, averaged over all rows.
Result<std::string> lowerMean(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0));
    std::vector<bool> dropped(x.shape.size(), false);
    for (const int64_t dim : b.node().attrs.ints("dims")) {
        dropped[x.axis(dim)] = true;
    }
    VolumeShape shape;
    int phase = 0;  // outer axes, reduced ones, inner ones
    for (const size_t axis : memoryOrder(x.shape.size(), x.layout)) {
        if (x.shape[axis] == 1) {
            continue;
        }
        if (dropped[axis] && phase == 2) {
            return failure("the axes of its mean do not lie side by side");
        }
        phase = dropped[axis] ? 1 : (phase == 0 ? 0 : 2);
        (phase == 0 ? shape.batch : phase == 1 ? shape.height : shape.channels) *= x.shape[axis];
    }
    const bool keepdim = b.node().attrs.get<bool>("keepdim");
    Shape result;
    for (size_t d = 0; d < x.shape.size(); ++d) {
        if (!dropped[d] || keepdim) {
            result.push_back(dropped[d] ? 1 : x.shape[d]);
        }
    }
    const bool keepsLayout = keepdim && x.layout == Layout::ChannelsLast;
    const bool leavesPixels = !std::all_of(dropped.begin() + std::min<std::ptrdiff_t>(2, std::ssize(dropped)),
                                           dropped.end(), [](bool isDropped) { return isDropped; });
    if (!keepsLayout && x.layout == Layout::ChannelsLast && leavesPixels) {
        return failure("what remains of the image lies in another order");
    }
    const Operand y = b.output(result, keepsLayout ? Layout::ChannelsLast : Layout::Contiguous);
    const Windows whole{{{0, 1, 1}}, {{0, shape.height, shape.height}}, {{0, 1, 1}}};
    addAverage(b, x, shape, whole, y, averageWindows);
    return std::string("loop");
}

}  // namespace

Result<std::string> lowerWindowAverages(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0, Layout::ChannelsLast));
    const Attributes& attrs = b.node().attrs;
    const size_t axes = x.shape.size() - 2;
    const bool isAdaptive = attrs.find("output_size") != nullptr;
    if (attrs.ints(isAdaptive ? "output_size" : "kernel").size() != axes) {
        return failure("its input is not N, C and the axes of its windows");
    }
    Shape single = x.shape;
    single[0] = single[1] = 1;
    const at::Tensor result = runFloat(b.node().op, attrs, std::array{at::zeros(single)}).at(0);
    Shape shape = result.sizes().vec();
    shape[0] = x.shape[0];
    shape[1] = x.shape[1];
    // What ONNX Runtime has for the windows: QLinearGlobalAveragePool; nothing where they are of unequal
    // sizes; else QLinearAveragePool.
    const bool isGlobal = pixelsOf(shape) == 1;
    bool isUnequal = false;
    std::vector<std::vector<Span>> spans;
    for (size_t axis = 0; axis < axes; ++axis) {
        const int64_t extent = x.shape[2 + axis], count = shape[2 + axis];
        isUnequal = isUnequal || extent % count != 0;
        spans.push_back(spansOf(attrs, axis, extent, count));
    }
    if (axes == 2) {
        spans.insert(spans.begin(), {{0, 1, 1}});
    }
    const VolumeShape volume{x.shape[0], axes == 2 ? 1 : x.shape[2], x.shape[axes], x.shape[axes + 1],
                             x.shape[1]};
    const IntegerAverage exact = averageWindows;
    addAverage(b, x, volume, {spans[0], spans[1], spans[2]}, b.output(shape, Layout::ChannelsLast),
               isAdaptive && (isGlobal || isUnequal) ? exact : averageReals);
    return std::string("loop");
}

}  // namespace qs::runtime

namespace qs {

void register_average(runtime::KernelRegistry& registry) {
    registry.add("mean", {runtime::lowerMean});
}

}  // namespace qs
