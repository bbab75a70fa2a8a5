#pragma once

#include "core/result.h"
#include "graph/quantized_graph.h"

namespace qs::runtime {

/// A two-dimensional convolution. Dilation counts the gaps between taps, as oneDNN does: 0 for none.
struct Convolution {
    Shape strides, dilation, padding;
    int64_t groups = 1;
    Shape output;
};

/// Of a conv2d node. Refuses other ranks, and inputs that do not fit the weight.
Result<Convolution> convolutionOf(const QNode& node, const Shape& input);

/// A pooling window in the same terms; paddingEnd is what the last window needs.
struct Window {
    Shape kernel, strides, dilation{0, 0}, padding{0, 0}, paddingEnd{0, 0};
    Shape output;
};

/// Output extents as PyTorch computes them: with ceil_mode the last window must begin inside the input or the
/// padding before it.
Result<Window> windowOf(const Attributes& attrs, const Shape& input);

/// The windows of an adaptive pooling whose output size divides the input's; refuses others.
Result<Window> adaptiveWindowOf(const Attributes& attrs, const Shape& input);

}  // namespace qs::runtime
