#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/registry.h"
#include "core/result.h"
#include "graph/qparams.h"

namespace qs {

enum class Scheme { Affine, Symmetric };
enum class Granularity { PerTensor, PerChannel, PerGroup };
enum class Mode { Float32, BFloat16, Static };

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
    bool operator==(const TensorQConfig&) const = default;
};

struct QConfig {
    std::string name;  ///< preset name; "fp32" and "bf16" among them
    Mode mode = Mode::Static;
    TensorQConfig activation;
    TensorQConfig weight;
    TensorQConfig qatActivation;  ///< used by the QAT trainer
    TensorQConfig qatWeight;
    /// Whether a layer's own result is rounded before a residual is added to it (QNode::preAdd).
    bool roundsBeforeAdd = true;
    bool isFloat() const { return mode != Mode::Static; }
};

/// fbgemm, x86, onednn, qnnpack as PyTorch defines them (engine/quant/presets, one a file), tensorrt and
/// coreml for what takes no zero points, fp32 and bf16.
const Registry<QConfig>& presets();

/// Usage error naming the presets there are where `name` is unknown.
Result<QConfig> findPreset(const std::string& name);

/// Whom a rule concerns; strength grows in this order and, among equals, the later rule wins.
enum class RuleMatch { Global, OpType, Pattern, Layer };

struct Rule {
    RuleMatch match = RuleMatch::Global;
    std::string key;     ///< op name, glob over layer names, or exact layer name; unused for Global
    std::string preset;  ///< name in presets()
};

struct ResolvedQConfig {
    QConfig qconfig;
    int rule = -1;  ///< index of the rule that won
};

/// Resolves rules for layers. Unknown presets, and exact names that no layer has, are usage errors.
class RuleSet {
  public:
    static Result<RuleSet> make(std::vector<Rule> rules);
    ResolvedQConfig resolve(std::string_view layer, std::string_view op) const;
    const std::vector<Rule>& rules() const { return rules_; }
    Status checkLayers(const std::vector<std::string>& layerNames) const;

  private:
    std::vector<Rule> rules_;
    std::vector<QConfig> qconfigs_;
};

}  // namespace qs
