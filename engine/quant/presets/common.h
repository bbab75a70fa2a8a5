#pragma once

#include "quant/qconfig.h"

namespace qs {

/// PTQ activations: quint8 affine per tensor, range found by the histogram's L2 search.
inline TensorQConfig histogramActivation(int64_t quantMax) {
    return {DType::UInt8, Scheme::Affine, Granularity::PerTensor, 0, quantMax, "histogram"};
}

/// QAT activations: PyTorch's FusedMovingAvgObsFakeQuantize with MovingAverageMinMaxObserver.
inline TensorQConfig movingAverageActivation(int64_t quantMax) {
    return {DType::UInt8, Scheme::Affine, Granularity::PerTensor, 0, quantMax, "moving_average_min_max"};
}

inline TensorQConfig symmetricWeight(Granularity granularity, const char* observer) {
    return {DType::Int8, Scheme::Symmetric, granularity, -128, 127, observer};
}

/// int8 activations with z = 0. All 256 integers are in range, because that is where QuantizeLinear and
/// TensorRT saturate.
inline TensorQConfig symmetricActivation(const char* observer) {
    return {DType::Int8, Scheme::Symmetric, Granularity::PerTensor, -128, 127, observer};
}

/// Static INT8 without zero points; weights per output channel in -127..127, so that their negation is in
/// range too.
inline QConfig symmetricPreset(const char* name) {
    const auto weight = [](const char* observer) {
        return TensorQConfig{DType::Int8, Scheme::Symmetric, Granularity::PerChannel, -127, 127, observer};
    };
    QConfig qconfig;
    qconfig.name = name;
    qconfig.activation = symmetricActivation("histogram");
    qconfig.weight = weight("per_channel_min_max");
    qconfig.qatActivation = symmetricActivation("moving_average_min_max");
    qconfig.qatWeight = weight("moving_average_per_channel_min_max");
    return qconfig;
}

/// Static INT8 with weights per output channel, as PyTorch's get_default_qconfig and get_default_qat_qconfig
/// (torch/ao/quantization/qconfig.py) have it for fbgemm, x86 and onednn; they differ in the activation range
/// only.
inline QConfig perChannelPreset(const char* name, int64_t activationMax) {
    return {name,
            Mode::Static,
            histogramActivation(activationMax),
            symmetricWeight(Granularity::PerChannel, "per_channel_min_max"),
            movingAverageActivation(activationMax),
            symmetricWeight(Granularity::PerChannel, "moving_average_per_channel_min_max")};
}

}  // namespace qs
