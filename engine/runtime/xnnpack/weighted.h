#pragma once

#include <array>

#include "runtime/xnnpack/operator.h"
#include "runtime/xnnpack/qparams.h"

namespace qs::runtime::xnnpack {

// What conv2d, conv_transpose2d and linear share: y = activation(op(x, W) + bias + residual), integer or
// float.

/// Where the operator itself writes: the node's output or, with a residual, a temporary with the qparams
/// before the addition. XNNPACK fuses no addition, so that the sum's first part is rounded, as it is in the
/// exported files; the simulation does not round there.
struct Destination {
    Operand operand;
    const QParams* qparams;  ///< null for floats
    Bounds bounds;
};

/// Refuses what no operator does, and integer residual sums whose first part has no qparams.
Status checkWeightedStep(const NodeBuilder& b);

Destination destinationOf(NodeBuilder& b, const Shape& shape, Layout layout);

/// Adds the residual where the node has one; returns `name` with what that added.
Result<std::string> finish(NodeBuilder& b, const Destination& y, std::string name);

/// The stored integer or float weight.
const at::Tensor& weightOf(const NodeBuilder& b);

/// The node's bias in the operator's type, undefined where it has none.
at::Tensor biasOf(const NodeBuilder& b);
template <typename T>
const T* dataOf(const at::Tensor& tensor) {
    return tensor.defined() ? tensor.data_ptr<T>() : nullptr;
}

/// The weight's scales. Refuses ratios to the output that XNNPACK does not take.
Result<std::vector<float>> weightScales(const NodeBuilder& b, const Destination& y);

/// Sizes of a convolution; vertical before horizontal.
struct ConvolutionSizes {
    std::array<uint32_t, 2> kernel{1, 1}, stride{1, 1}, dilation{1, 1}, padding{0, 0};
    uint32_t groups = 1;
    size_t groupInputs = 0, groupOutputs = 0;
};

/// Adds a convolution of x (N, H, W, C) with `weight` (O, H, W, I/groups, contiguous) and returns its name.
Result<std::string> addConvolution(NodeBuilder& b, const ConvolutionSizes& sizes, const at::Tensor& weight,
                                   const Operand& x, const Destination& y);

}  // namespace qs::runtime::xnnpack
