#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/regex.h"
#include "core/registry.h"
#include "core/result.h"
#include "graph/qparams.h"
#include "ops/choose_qparams.h"

namespace qs {

enum class Granularity { PerTensor, PerChannel, PerGroup };

/// How a layer computes.
enum class Mode {
    Float32,
    Float16,   ///< weighted layers round inputs and weights to float16
    BFloat16,  ///< likewise to bfloat16
    Static,    ///< activations on grids that calibration fixes
    /// Activations on grids that each inference finds for itself (PyTorch's dynamic quantization: the range
    /// of the whole tensor), weights quantized; results are float.
    Dynamic,
    WeightOnly,  ///< weights quantized, activations float
};

/// How one tensor (activation or weight) is quantized.
struct TensorQConfig {
    DType dtype = DType::UInt8;
    Scheme scheme = Scheme::Affine;
    Granularity granularity = Granularity::PerTensor;
    int64_t quantMin = 0;
    int64_t quantMax = 255;
    std::string observer;                           ///< name in observers()
    std::map<std::string, double> parameters = {};  ///< of the observer; absent ones have its defaults
    /// PerGroup, weights only: elements of one output channel's row (I/groups * kH * kW, flattened) that
    /// share a scale.
    int64_t group = 0;
    std::optional<int64_t> zeroPoint = {};  ///< fixed by hand; absent: as the scheme chooses it
    bool operator==(const TensorQConfig&) const = default;

    GridKind kind() const { return {dtype, scheme, quantMin, quantMax, zeroPoint}; }
    /// Whether both lie on the same kind of grid, however the range is found.
    bool sameGrid(const TensorQConfig& other) const { return kind() == other.kind(); }
};

struct QConfig {
    std::string name;  ///< preset's name, followed by what differs from it
    Mode mode = Mode::Static;
    TensorQConfig activation;
    TensorQConfig weight;
    TensorQConfig qatActivation;  ///< used by the QAT trainer
    TensorQConfig qatWeight;
    /// Whether a layer's own result is rounded before a residual is added to it (QNode::preAdd).
    bool roundsBeforeAdd = true;
    std::string description = {};  ///< of a preset, for menus
    /// Whether nothing is quantized.
    bool isFloat() const { return mode == Mode::Float32 || mode == Mode::Float16 || mode == Mode::BFloat16; }
};

/// fbgemm, x86, onednn, qnnpack as PyTorch defines them, tensorrt and coreml for what takes no zero points,
/// dynamic, weight_only, and the floats fp32, fp16, bf16 (presets.cpp).
const Registry<QConfig>& presets();

/// Usage error naming the presets there are where `name` is unknown.
Result<QConfig> findPreset(const std::string& name);

/// What differs from a preset's TensorQConfig; absent: nothing.
struct TensorOverride {
    std::optional<DType> dtype = {};
    std::optional<Scheme> scheme = {};
    std::optional<Granularity> granularity = {};
    std::optional<int64_t> group = {};
    std::optional<std::string> observer = {};
    std::map<std::string, double> parameters = {};
    std::optional<int64_t> zeroPoint = {};
    std::optional<int64_t> quantMin = {};
    std::optional<int64_t> quantMax = {};
    bool operator==(const TensorOverride&) const = default;
};

/// A preset and what differs from it.
struct QConfigSpec {
    std::string preset;
    std::optional<Mode> mode = {};
    TensorOverride activation = {};
    TensorOverride weight = {};
    bool operator==(const QConfigSpec&) const = default;
};

/// The qconfig that a spec describes. A dtype brings its whole integer range (without its least integer where
/// the preset leaves that out), a group brings Granularity::PerGroup, a weight of 2 bits or fewer is searched
/// for its least error ("mse") unless an observer is named; QAT follows with moving averages. Usage error for
/// what does not go together: a scheme that the dtype cannot have, a range outside of it, a group without
/// elements, per-channel activations, an observer or parameter that there is not.
Result<QConfig> makeQConfig(const QConfigSpec& spec);

/// "fp32" is the name that a recipe gives layers that stay as they are.
inline constexpr const char* kFloatPreset = "fp32";

/// Whom a rule concerns; strength grows in this order (Pattern and Regex are equals) and, among equals, the
/// later rule wins.
enum class RuleMatch { Global, OpType, Pattern, Regex, Layer };

struct Rule {
    RuleMatch match = RuleMatch::Global;
    std::string key;  ///< op name, glob or regular expression over layer names, or exact layer name
    QConfigSpec qconfig;
};

/// "rule 2 (layer4.*): ", how messages name a rule of a list.
std::string ruleText(size_t index, const std::string& key);

struct ResolvedQConfig {
    QConfig qconfig;
    int rule = -1;  ///< index of the rule that won
};

/// Resolves rules for layers. Specs that make no qconfig, expressions that are none, and exact names that no
/// layer has, are usage errors that name the rule and its key.
class RuleSet {
  public:
    static Result<RuleSet> make(std::vector<Rule> rules);
    /// `strongest`: stronger rules are passed over.
    ResolvedQConfig resolve(std::string_view layer, std::string_view op,
                            RuleMatch strongest = RuleMatch::Layer) const;
    const std::vector<Rule>& rules() const { return rules_; }
    Status checkLayers(const std::vector<std::string>& layerNames) const;

  private:
    bool matches(size_t rule, std::string_view layer, std::string_view op) const;

    std::vector<Rule> rules_;
    std::vector<QConfig> qconfigs_;
    std::vector<std::optional<Regex>> expressions_;  ///< of rules that have one
};

}  // namespace qs
