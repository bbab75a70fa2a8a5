#include "quant/qconfig_names.h"

#include <algorithm>
#include <array>

#include "core/translatable.h"

namespace qs {

namespace {

constexpr std::array kModes = {
    NamedValue<Mode>{Mode::Static, "static",
                     QT_TRANSLATE_NOOP("Engine", "activations on grids that calibration fixes")},
    NamedValue<Mode>{
        Mode::Dynamic, "dynamic",
        QT_TRANSLATE_NOOP("Engine", "activations on the grid that each inference finds, results float")},
    NamedValue<Mode>{Mode::WeightOnly, "weight_only",
                     QT_TRANSLATE_NOOP("Engine", "weights quantized, activations and arithmetic float")},
    NamedValue<Mode>{Mode::Float32, "fp32", QT_TRANSLATE_NOOP("Engine", "nothing is quantized")},
    NamedValue<Mode>{
        Mode::Float16, "fp16",
        QT_TRANSLATE_NOOP("Engine", "weighted layers multiply float16 numbers, nothing is quantized")},
    NamedValue<Mode>{
        Mode::BFloat16, "bf16",
        QT_TRANSLATE_NOOP("Engine", "weighted layers multiply bfloat16 numbers, nothing is quantized")},
};

constexpr std::array kSchemes = {
    NamedValue<Scheme>{Scheme::Affine, "affine",
                       QT_TRANSLATE_NOOP("Engine",
                                         "a scale and a zero point: the range need not hold 0 in "
                                         "its middle")},
    NamedValue<Scheme>{Scheme::Symmetric, "symmetric",
                       QT_TRANSLATE_NOOP("Engine", "a scale alone: 0 lies in the middle of the range")},
};

constexpr std::array kGranularities = {
    NamedValue<Granularity>{Granularity::PerTensor, "tensor",
                            QT_TRANSLATE_NOOP("Engine", "one scale for the whole tensor")},
    NamedValue<Granularity>{Granularity::PerChannel, "channel",
                            QT_TRANSLATE_NOOP("Engine", "a scale for each output channel")},
    NamedValue<Granularity>{
        Granularity::PerGroup, "group",
        QT_TRANSLATE_NOOP("Engine", "a scale for each group of numbers within an output channel")},
};

template <typename T, size_t N>
std::string_view nameOf(const std::array<NamedValue<T>, N>& table, T value) {
    return std::ranges::find(table, value, &NamedValue<T>::value)->name;
}

}  // namespace

std::span<const NamedValue<Mode>> modes() {
    return kModes;
}

std::span<const NamedValue<Scheme>> schemes() {
    return kSchemes;
}

std::span<const NamedValue<Granularity>> granularities() {
    return kGranularities;
}

std::string_view toString(Mode mode) {
    return nameOf(kModes, mode);
}

std::string_view toString(Scheme scheme) {
    return nameOf(kSchemes, scheme);
}

std::string_view toString(Granularity granularity) {
    return nameOf(kGranularities, granularity);
}

bool quantizesActivations(Mode mode) {
    return mode == Mode::Static || mode == Mode::Dynamic;
}

bool quantizesWeights(Mode mode) {
    return quantizesActivations(mode) || mode == Mode::WeightOnly;
}

}  // namespace qs
