#pragma once

#include <span>
#include <string_view>

#include "quant/qconfig.h"

namespace qs {

/// A value as qconfigs, recipes and texts name it, and what it means, for menus.
template <typename T>
struct NamedValue {
    T value;
    std::string_view name;
    std::string_view description;
};

std::span<const NamedValue<Mode>> modes();
std::span<const NamedValue<Scheme>> schemes();
std::span<const NamedValue<Granularity>> granularities();

std::string_view toString(Mode mode);
std::string_view toString(Scheme scheme);
std::string_view toString(Granularity granularity);

/// Which tensors of a layer lie on grids.
bool quantizesActivations(Mode mode);
bool quantizesWeights(Mode mode);

}  // namespace qs
