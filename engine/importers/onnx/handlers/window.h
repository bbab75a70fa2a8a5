#pragma once

#include <vector>

#include "importers/onnx/node.h"

namespace qs {

/// How a convolution's or pool's window goes over the input's spatial axes, a number an axis.
struct OnnxWindow {
    std::vector<int64_t> kernel;
    std::vector<int64_t> stride;
    std::vector<int64_t> dilation;
    std::vector<int64_t> before;  ///< padding at the beginning of each axis
    std::vector<int64_t> after;

    bool isSymmetric() const { return before == after; }
    size_t rank() const { return kernel.size(); }
    /// Pairs as aten::constant_pad_nd wants them: last axis first.
    std::vector<int64_t> padPairs() const;
};

/// Reads kernel_shape (or `kernel`, the weight's), strides, dilations, pads and auto_pad, for an input
/// N, C, spatial axes. Fails for numbers that make no window.
OnnxWindow readWindow(const OnnxNode& node, std::vector<int64_t> kernel);

/// The input's extents behind N and C.
std::vector<int64_t> spatialShape(const at::Tensor& tensor);

/// An attribute with `count` numbers within lowest..2^31-1; `fallback` for each where it is absent.
std::vector<int64_t> perAxis(const OnnxNode& node, const std::string& attribute, size_t count,
                             int64_t fallback, int64_t lowest);

}  // namespace qs
