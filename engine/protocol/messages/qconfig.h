#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Which numbers layers compute with.
namespace qs::protocol {

/// What differs from how a preset quantizes a tensor; absent: nothing. In JSON absent members are left out.
struct TensorQConfig {
    std::optional<std::string> dtype = {};        ///< "int8", "int4", "ternary", "float8_e4m3" ...
    std::optional<std::string> scheme = {};       ///< "affine", "symmetric"
    std::optional<std::string> granularity = {};  ///< "tensor", "channel", "group"; activations: "tensor"
    std::optional<int64_t> group = {};            ///< elements of a row of weights that share a scale
    /// A name of EngineInfo::observers, perhaps with values of its parameters in order: "percentile:99.9".
    std::optional<std::string> observer = {};
    std::map<std::string, double> parameters = {};  ///< of the observer, by name
    std::optional<int64_t> zero_point = {};         ///< fixed by hand
    std::optional<int64_t> quant_min = {};
    std::optional<int64_t> quant_max = {};
    bool operator==(const TensorQConfig&) const = default;
};

/// A preset and what differs from it. In JSON a preset alone is its name.
struct QConfig {
    std::string preset = {};               ///< of EngineInfo::presets
    std::optional<std::string> mode = {};  ///< "static", "dynamic", "weight_only", "fp32", "fp16", "bf16"
    TensorQConfig activation = {};
    TensorQConfig weight = {};
    bool operator==(const QConfig&) const = default;
};

/// Which qconfig a set of layers gets; see quant/qconfig.h for the order in which rules win. In JSON unknown
/// members are an error.
struct Rule {
    std::string match;  ///< "global", "op", "pattern" (* and ?), "regex", "layer"
    std::string key;    ///< empty for "global"
    QConfig qconfig;
    bool operator==(const Rule&) const = default;
};

/// One line that parseQConfig() reads: "onednn,weight.dtype=int4,weight.group=32".
std::string textOf(const QConfig& qconfig);

/// A qconfig, or what is wrong with the text that should have been one.
struct ParsedQConfig {
    QConfig qconfig;
    std::string problem;  ///< empty: none
};

/// [PRESET,]KEY=VALUE ... joined by commas. With a preset it stands for itself, without one for what differs
/// from `base`. Keys are the members above, with their tensor: mode, weight.dtype, activation.observer,
/// activation.observer.percentile ...
ParsedQConfig parseQConfig(const std::string& text, const QConfig& base = {});

}  // namespace qs::protocol
