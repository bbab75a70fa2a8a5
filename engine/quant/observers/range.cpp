#include "quant/observers/range.h"

#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/aminmax.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/masked_select.h>
#include <ATen/ops/where.h>

#include <cmath>
#include <limits>
#include <tuple>

namespace qs {

namespace {

Range rangeOf(const at::Tensor& x) {
    const auto [min, max] = at::aminmax(x);
    return {min.item<float>(), max.item<float>()};
}

/// aminmax lets NaN through, so a finite range means that every element is finite.
bool isFinite(const Range& range) {
    return std::isfinite(range.min) && std::isfinite(range.max);
}

}  // namespace

at::Tensor finiteElements(const at::Tensor& x) {
    const at::Tensor values = x.detach();
    if (values.numel() == 0 || isFinite(rangeOf(values))) {
        return values;
    }
    return at::masked_select(values, at::isfinite(values));
}

std::optional<Range> finiteRange(const at::Tensor& x) {
    const at::Tensor values = x.detach();
    if (values.numel() == 0) {
        return std::nullopt;
    }
    if (const Range range = rangeOf(values); isFinite(range)) {
        return range;
    }
    const at::Tensor finite = at::masked_select(values, at::isfinite(values));
    return finite.numel() == 0 ? std::nullopt : std::optional(rangeOf(finite));
}

ChannelRanges finiteChannelRanges(const at::Tensor& x, int axis) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const at::Tensor rows = x.detach().transpose(0, axis).flatten(1);
    const at::Tensor finite = at::isfinite(rows);
    return {at::amin(at::where(finite, rows, infinity), {1}),
            at::amax(at::where(finite, rows, -infinity), {1})};
}

Error nothingObserved() {
    return failure("the observer has seen no finite value");
}

QParams qparamsOf(const Range& range, const TensorQConfig& config) {
    QParams qparams{config.dtype, -1, {0}, {0}, config.quantMin, config.quantMax};
    chooseQParams(range.min, range.max, config.scheme, config.dtype, config.quantMin, config.quantMax,
                  qparams.scale[0], qparams.zeroPoint[0]);
    return qparams;
}

Result<QParams> qparamsOf(const ChannelRanges& ranges, const TensorQConfig& config, int axis) {
    if (!ranges.min.defined()) {
        return nothingObserved();
    }
    QParams qparams{config.dtype, axis, {}, {}, config.quantMin, config.quantMax};
    const auto min = ranges.min.accessor<float, 1>();
    const auto max = ranges.max.accessor<float, 1>();
    for (int64_t c = 0; c < min.size(0); ++c) {
        if (min[c] > max[c]) {
            return failure("the observer has seen no finite value in channel " + std::to_string(c));
        }
        const QParams channel = qparamsOf(Range{min[c], max[c]}, config);
        qparams.scale.push_back(channel.scale[0]);
        qparams.zeroPoint.push_back(channel.zeroPoint[0]);
    }
    return qparams;
}

}  // namespace qs
