#pragma once

#include <optional>
#include <string>

#include "core/result.h"
#include "graph/quantized_graph.h"

namespace qs {

/// How one runtime wants to see quantization in an ONNX model.
struct OnnxProfile {
    std::string runtime;  ///< for messages: "TensorRT"
    std::string preset;   ///< what to quantize with, for the remedy in messages
    int opset = 17;       ///< what is written unless asked otherwise

    /// Activations are int8 with z = 0, or the network is refused.
    bool symmetric = false;
    /// Activations are held as int8: uint8 ones are moved by 128, which changes no number.
    bool isSigned = false;
    /// QuantizeLinear saturates at the limits of its type only. Where a step's range is narrower (a ReLU, an
    /// upper clip, the 0..127 of reduced range): a Clip of the integers behind it, which leaves the pattern
    /// intact that ONNX Runtime fuses; or ReLU and Clip of the real numbers in front of it, as others want.
    enum class Narrowing { Integers, Reals } narrowing = Narrowing::Reals;
    /// Weights are int8 constants behind a DequantizeLinear, or float constants behind a QuantizeLinear and a
    /// DequantizeLinear, which have the same integers.
    enum class Weights { Integers, Reals } weights = Weights::Integers;
    /// Biases are int32 behind a DequantizeLinear, or the real numbers that those stand for.
    bool integerBias = true;
    /// ONNX Runtime's rules: every tensor between two ops is integer, so that each op is fused with the
    /// DequantizeLinear before and the QuantizeLinear behind it; linear layers of any rank are Gemm; and a
    /// float layer between integers is kept from being quantized.
    bool fusesEachNode = false;
    /// What the runtime fuses: convolution and residual add with or without rounding between (QNode::preAdd).
    std::optional<bool> roundsBeforeAdd = {};
    /// Operators on integers (QLinearConv, com.microsoft QLinearAdd, ...) where ONNX Runtime has them.
    bool integerOperators = false;
    /// A calibration cache goes beside the model, and trtexec's command line with it.
    bool calibrationCache = false;
};

/// Refuses a network that the profile's runtime cannot take, naming the layer and the remedy.
Status checkProfile(const QuantizedGraph& graph, const OnnxProfile& profile);

}  // namespace qs
