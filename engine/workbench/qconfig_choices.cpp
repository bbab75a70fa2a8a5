#include "workbench/qconfig_choices.h"

#include <algorithm>
#include <string>
#include <utility>

#include "graph/dtype.h"
#include "quant/algorithms/algorithm.h"
#include "quant/observer.h"
#include "quant/qconfig.h"
#include "quant/qconfig_names.h"

namespace qs {

namespace {

using Tensor = TensorOverride QConfigSpec::*;

/// What qconfigs are tried on: any preset whose tensors are all quantized.
const std::string& triedPreset() {
    static const std::string name = [] {
        const auto& all = presets().entries();
        return std::ranges::find_if(all, [](const auto& entry) { return entry.second.mode == Mode::Static; })
            ->first;
    }();
    return name;
}

/// Why a tensor cannot have what differs; empty: it can.
std::string refusal(Tensor tensor, const TensorOverride& differs) {
    QConfigSpec spec{triedPreset()};
    spec.*tensor = differs;
    const auto made = makeQConfig(spec);
    if (made) {
        return {};
    }
    // "weight.scheme: ...": the editor shows it beside the member.
    const std::string& message = made.error().message;
    const size_t colon = message.find(": ");
    return colon == std::string::npos ? message : message.substr(colon + 2);
}

protocol::ChoiceInfo choiceOf(std::string_view name, std::string_view description,
                              const TensorOverride& differs) {
    return {std::string(name), std::string(description), refusal(&QConfigSpec::activation, differs),
            refusal(&QConfigSpec::weight, differs)};
}

/// Asks for groups to have a size.
TensorOverride withGranularity(TensorOverride differs, Granularity granularity) {
    differs.granularity = granularity;
    differs.group = granularity == Granularity::PerGroup ? std::optional(int64_t{1}) : std::nullopt;
    return differs;
}

protocol::TensorQConfig membersOf(const TensorQConfig& tensor) {
    protocol::TensorQConfig members;
    members.dtype = toString(tensor.dtype);
    members.scheme = toString(tensor.scheme);
    members.granularity = toString(tensor.granularity);
    members.group = tensor.group > 0 ? std::optional(tensor.group) : std::nullopt;
    members.observer = tensor.observer;
    members.parameters = tensor.parameters;
    members.zero_point = tensor.zeroPoint;
    members.quant_min = tensor.quantMin;
    members.quant_max = tensor.quantMax;
    return members;
}

protocol::PresetInfo describe(const std::string& name, const QConfig& preset) {
    protocol::PresetInfo info{name, preset.description, {name, std::string(toString(preset.mode))}};
    if (quantizesActivations(preset.mode)) {
        info.qconfig.activation = membersOf(preset.activation);
    }
    if (quantizesWeights(preset.mode)) {
        info.qconfig.weight = membersOf(preset.weight);
    }
    return info;
}

protocol::DTypeChoice describe(const DTypeInfo& type) {
    const TensorOverride only{.dtype = type.dtype};
    protocol::DTypeChoice info{choiceOf(type.name, "", only), type.bits, type.least, type.greatest};
    if (!info.choice.weight_refusal.empty()) {
        return info;
    }
    const auto tryMember = [&](const char* member, std::string_view value, const TensorOverride& differs) {
        if (std::string reason = refusal(&QConfigSpec::weight, differs); !reason.empty()) {
            info.refused.push_back({member, std::string(value), std::move(reason)});
        }
    };
    for (const auto& scheme : schemes()) {
        TensorOverride differs = only;
        differs.scheme = scheme.value;
        tryMember("scheme", scheme.name, differs);
    }
    for (const auto& granularity : granularities()) {
        tryMember("granularity", granularity.name, withGranularity(only, granularity.value));
    }
    TensorOverride shifted = only;
    shifted.zeroPoint = std::max<int64_t>(type.greatest, 1);
    tryMember("zero_point", "", shifted);
    TensorOverride narrowed = only;
    narrowed.quantMin = type.least;
    tryMember("quant_min", "", narrowed);
    return info;
}

std::vector<protocol::ParameterInfo> describe(const std::vector<ParameterDef>& parameters) {
    std::vector<protocol::ParameterInfo> all;
    for (const ParameterDef& def : parameters) {
        all.push_back({def.name, def.description, def.defaultValue, def.least, def.greatest});
    }
    return all;
}

}  // namespace

void describeQConfigs(protocol::EngineInfo& info) {
    for (const auto& [name, preset] : presets().entries()) {
        info.presets.push_back(describe(name, preset));
    }
    for (const auto& mode : modes()) {
        info.modes.push_back({std::string(mode.name), std::string(mode.description),
                              quantizesActivations(mode.value), quantizesWeights(mode.value)});
    }
    for (const auto& scheme : schemes()) {
        info.schemes.push_back(choiceOf(scheme.name, scheme.description, {.scheme = scheme.value}));
    }
    for (const auto& granularity : granularities()) {
        info.granularities.push_back(
            choiceOf(granularity.name, granularity.description, withGranularity({}, granularity.value)));
    }
    for (const DTypeInfo& type : dtypes()) {
        info.dtypes.push_back(describe(type));
    }
    for (const auto& [name, observer] : observers().entries()) {
        info.observers.push_back({name, observer.description, describe(observer.parameters)});
    }
    for (const auto& [name, algorithm] : ptqAlgorithms().entries()) {
        const bool isBefore = algorithm.stage == PtqAlgorithm::Stage::BeforeCalibration;
        info.algorithms.push_back({name, algorithm.description, describe(algorithm.parameters),
                                   isBefore ? "before_calibration" : "after_calibration"});
    }
}

}  // namespace qs
