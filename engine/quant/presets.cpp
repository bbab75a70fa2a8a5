#include "core/match.h"
#include "core/translatable.h"
#include "quant/qconfig.h"

namespace qs {

namespace {

/// quint8 affine per tensor. `reduced` leaves the upper half unused (PyTorch's reduce_range), because
/// vpmaddubsw adds pairs of products in 16 bits and saturates with 8 bits of each.
enum class Activation { Affine, AffineReduced, Symmetric, Dynamic, None };
/// qint8 symmetric; `Narrow` is -127..127, so that the negation of every weight is in range too.
enum class Weight { PerTensor, PerChannel, PerChannelNarrow };

TensorQConfig activation(Activation kind, bool training) {
    const char* observer = training ? "moving_average_min_max" : "histogram";
    switch (kind) {
        case Activation::AffineReduced:
            return {DType::UInt8, Scheme::Affine, Granularity::PerTensor, 0, 127, observer};
        case Activation::Symmetric:
            // All 256 integers are in range, because that is where QuantizeLinear and TensorRT saturate.
            return {DType::Int8, Scheme::Symmetric, Granularity::PerTensor, -128, 127, observer};
        case Activation::Dynamic:
            return {DType::UInt8, Scheme::Affine, Granularity::PerTensor, 0, 255, "min_max"};
        default:
            return {DType::UInt8, Scheme::Affine, Granularity::PerTensor, 0, 255, observer};
    }
}

TensorQConfig weight(Weight kind, bool training) {
    const bool perTensor = kind == Weight::PerTensor;
    return {DType::Int8,
            Scheme::Symmetric,
            perTensor ? Granularity::PerTensor : Granularity::PerChannel,
            kind == Weight::PerChannelNarrow ? -127 : -128,
            127,
            training ? "moving_average_min_max" : "min_max"};
}

struct Preset {
    const char* name;
    Mode mode;
    Activation activation;
    Weight weight;
    const char* description;
};

// fbgemm, x86, onednn and qnnpack: get_default_qconfig and get_default_qat_qconfig of
// torch/ao/quantization/qconfig.py; dynamic: default_dynamic_qconfig with weights per channel.
constexpr Preset kPresets[] = {
    {"fbgemm", Mode::Static, Activation::AffineReduced, Weight::PerChannel,
     QT_TRANSLATE_NOOP("Engine", "PyTorch's server default on x86: activations 0..127, weights per channel")},
    {"x86", Mode::Static, Activation::AffineReduced, Weight::PerChannel,
     QT_TRANSLATE_NOOP("Engine",
                       "PyTorch's x86 engine, which may run on FBGEMM and so keeps its activations 0..127")},
    {"onednn", Mode::Static, Activation::Affine, Weight::PerChannel,
     QT_TRANSLATE_NOOP("Engine",
                       "Full activation range, for processors with VNNI, whose products add up in 32 bits")},
    {"qnnpack", Mode::Static, Activation::Affine, Weight::PerTensor,
     QT_TRANSLATE_NOOP("Engine", "PyTorch's mobile default: full activation range, weights per tensor")},
    {"tensorrt", Mode::Static, Activation::Symmetric, Weight::PerChannelNarrow,
     QT_TRANSLATE_NOOP("Engine",
                       "What TensorRT's explicit quantization takes: no zero points, residual adds inside of "
                       "convolutions")},
    {"coreml", Mode::Static, Activation::Symmetric, Weight::PerChannelNarrow,
     QT_TRANSLATE_NOOP("Engine", "Core ML's linear_symmetric: no zero points")},
    {"dynamic", Mode::Dynamic, Activation::Dynamic, Weight::PerChannel,
     QT_TRANSLATE_NOOP(
         "Engine",
         "PyTorch's dynamic quantization: INT8 weights, activations on the grid that each inference finds")},
    {"weight_only", Mode::WeightOnly, Activation::None, Weight::PerChannel,
     QT_TRANSLATE_NOOP("Engine", "INT8 weights, activations and arithmetic stay FP32: smaller, not faster")},
};

struct FloatPreset {
    const char* name;
    Mode mode;
    DType dtype;
    const char* description;
};

constexpr FloatPreset kFloatPresets[] = {
    {kFloatPreset, Mode::Float32, DType::Float32, QT_TRANSLATE_NOOP("Engine", "Not quantized")},
    {"bf16", Mode::BFloat16, DType::BFloat16,
     QT_TRANSLATE_NOOP(
         "Engine", "Not quantized: weighted layers multiply bfloat16 numbers and add them up in float32")},
    {"fp16", Mode::Float16, DType::Float16,
     QT_TRANSLATE_NOOP("Engine",
                       "Not quantized: weighted layers multiply float16 numbers and add them up in float32")},
};

}  // namespace

const Registry<QConfig>& presets() {
    static const Registry<QConfig> registry = [] {
        Registry<QConfig> all;
        for (const Preset& preset : kPresets) {
            QConfig qconfig;
            qconfig.name = preset.name;
            qconfig.mode = preset.mode;
            qconfig.activation = activation(preset.activation, false);
            qconfig.weight = weight(preset.weight, false);
            qconfig.qatActivation = activation(preset.activation, true);
            qconfig.qatWeight = weight(preset.weight, true);
            qconfig.roundsBeforeAdd = qconfig.name != "tensorrt";
            qconfig.description = preset.description;
            all.add(preset.name, std::move(qconfig));
        }
        for (const FloatPreset& preset : kFloatPresets) {
            QConfig qconfig;
            qconfig.name = preset.name;
            qconfig.mode = preset.mode;
            for (TensorQConfig* tensor :
                 {&qconfig.activation, &qconfig.weight, &qconfig.qatActivation, &qconfig.qatWeight}) {
                tensor->dtype = preset.dtype;
            }
            qconfig.description = preset.description;
            all.add(preset.name, std::move(qconfig));
        }
        return all;
    }();
    return registry;
}

Result<QConfig> findPreset(const std::string& name) {
    if (const QConfig* found = presets().find(name)) {
        return *found;
    }
    return usageError("unknown preset '" + name + "': there are " + join(presets().names()));
}

}  // namespace qs
