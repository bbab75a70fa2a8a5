#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <optional>
#include <vector>

#include "graph/qparams.h"

namespace qs {

/// A quantized tensor's real values, which lie on `grid`. The integers are int8; where they are uint8, the
/// grid is shifted.
struct UnpackedTensor {
    at::Tensor real;
    QParams grid;
};

/// What quantized::*_prepack keeps: the weight as integers, the bias in real numbers, and of convolutions the
/// geometry. LibTorch must have an active quantized engine.
struct PackedParameters {
    UnpackedTensor weight;
    std::optional<at::Tensor> bias;
    std::vector<int64_t> stride, padding, outputPadding, dilation;
    int64_t groups = 1;
    bool transposed = false;
    bool isConvolution = false;
};

/// Nothing where `value` is no packed parameters that can be unpacked. Throws what LibTorch throws.
std::optional<PackedParameters> unpackParameters(const c10::IValue& value);

/// `tensor` is quantized per tensor or per channel to 8 bits; throws ImportError for anything else.
UnpackedTensor unpackTensor(const at::Tensor& tensor);

}  // namespace qs
