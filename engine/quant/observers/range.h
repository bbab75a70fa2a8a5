#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "quant/observer.h"

namespace qs {

/// Least and greatest finite element.
struct Range {
    float min = 0;
    float max = 0;
};

/// `x` where it is all finite; else its finite elements as a vector.
at::Tensor finiteElements(const at::Tensor& x);

/// Nothing where `x` has no finite element.
std::optional<Range> finiteRange(const at::Tensor& x);

/// Ranges along `axis`: float32 vectors of that axis' extent. A channel without finite elements has min >
/// max.
struct ChannelRanges {
    at::Tensor min;
    at::Tensor max;
};
ChannelRanges finiteChannelRanges(const at::Tensor& x, int axis);

/// The error of Observer::qparams() when there is no range.
Error nothingObserved();

/// Per-tensor qparams of a range under `config`.
QParams qparamsOf(const Range& range, const TensorQConfig& config);

/// Per-channel qparams; an error where a channel has no range.
Result<QParams> qparamsOf(const ChannelRanges& ranges, const TensorQConfig& config, int axis);

}  // namespace qs
