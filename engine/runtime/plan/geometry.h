#pragma once

#include "core/result.h"
#include "graph/quantized_graph.h"

namespace qs::runtime {

/// A convolution, with a number for each spatial axis. Dilation counts the gaps between taps, as oneDNN does:
/// 0 for none.
struct Convolution {
    Shape strides, dilation, padding;
    int64_t groups = 1;
    Shape output;
};

/// Of a conv2d or conv3d node. Refuses inputs that do not fit the weight.
Result<Convolution> convolutionOf(const QNode& node, const Shape& input);

/// A pooling window in the same terms; paddingEnd is what the last window needs.
struct Window {
    Shape kernel, strides, dilation, padding, paddingEnd;
    Shape output;

    size_t axes() const { return kernel.size(); }
    /// Whether the last window along an axis needs more behind the input than `padding` has.
    bool reachesBeyondPadding() const;
};

/// Output extents as PyTorch computes them: with ceil_mode the last window must begin inside the input or the
/// padding before it.
Result<Window> windowOf(const Attributes& attrs, const Shape& input);

/// The windows of an adaptive pooling whose output size divides the input's; refuses others.
Result<Window> adaptiveWindowOf(const Attributes& attrs, const Shape& input);

}  // namespace qs::runtime
