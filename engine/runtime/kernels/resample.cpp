#include <algorithm>

#include "runtime/kernels/integer_operand.h"
#include "runtime/loops/image_loops.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// Where PyTorch takes result i of `count` from along an axis of `extent` places (aten/native/UpSample.h), in
/// float32 as it does. `scale` is the factor that the operator names, or 0.
Between placeOf(int64_t i, int64_t extent, int64_t count, bool alignCorners, double scale) {
    const auto from = static_cast<float>(extent), to = static_cast<float>(count);
    float at = 0;
    if (alignCorners) {
        at = count > 1 ? static_cast<float>(i) * ((from - 1) / (to - 1)) : 0.0F;
    } else {
        const float step = scale > 0 ? static_cast<float>(1.0 / scale) : from / to;
        at = std::max(0.0F, step * (static_cast<float>(i) + 0.5F) - 0.5F);
    }
    const int64_t first = std::min(static_cast<int64_t>(at), extent - 1);
    return {first, std::min(first + 1, extent - 1), at - static_cast<float>(first)};
}

std::vector<Between> placesOf(const Attributes& attrs, size_t axis, int64_t extent) {
    const int64_t count = attrs.ints("output_size").at(axis);
    const auto scales = attrs.get<std::vector<double>>("scales");
    std::vector<Between> places;
    for (int64_t i = 0; i < count; ++i) {
        places.push_back(placeOf(i, extent, count, attrs.get<bool>("align_corners"),
                                 scales.empty() ? 0 : scales.at(axis)));
    }
    return places;
}

Result<std::string> lowerBilinear(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0, Layout::ChannelsLast));
    const Attributes& attrs = b.node().attrs;
    std::vector<Between> rows = placesOf(attrs, 0, x.shape[2]), columns = placesOf(attrs, 1, x.shape[3]);
    const ImageShape shape{x.shape[0], x.shape[2], x.shape[3], x.shape[1]};
    const Operand y = b.output(
        {x.shape[0], x.shape[1], static_cast<int64_t>(rows.size()), static_cast<int64_t>(columns.size())},
        Layout::ChannelsLast);
    const Bounds bounds = realBounds(b.node());
    if (!b.isInteger()) {
        b.addStep([from = x.buffer, to = y.buffer, shape, rows = std::move(rows),
                   columns = std::move(columns), low = static_cast<float>(bounds.low),
                   high = static_cast<float>(bounds.high)]() {
            interpolate(floatsOf(from), shape, rows, columns, low, high, static_cast<float*>(to->data));
        });
        return std::string("loop");
    }
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    b.addStep([from = x.buffer, to = y.buffer, shape, rows = std::move(rows), columns = std::move(columns),
               source = integerSource(p, p.scale[0] / q.scale[0]),
               target = integerTarget(q, bounds)]() mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data);
        interpolate(source, shape, rows, columns, target);
    });
    return std::string("loop");
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_resample(runtime::KernelRegistry& registry) {
    registry.add("upsample_bilinear2d", {runtime::lowerBilinear});
}

}  // namespace qs
