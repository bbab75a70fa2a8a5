#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/messages/recipe.h"
#include "protocol/messages/variant_spec.h"

/// Questions about what is known: answered within 100 ms, also while a job runs. They are about models that
/// are open (model.open) and fail for others.
namespace qs::protocol {

/// "qconfig.preview" -> QConfigPreview. What rules would make of each layer.
struct PreviewParams {
    std::string model;
    std::vector<Rule> rules;
};

struct LayerQConfig {
    std::string name;
    int rule = -1;  ///< index in PreviewParams::rules of the rule that wins; -1: none, so FP32
    std::string qconfig;
    std::string precision;  ///< as LayerResult::precision
    std::string reason;     ///< why it is not what its rule asks for; empty where it is
    /// What it would get if no rule named exactly this layer, and the rule that would win then.
    std::string inherited = {};
    int inherited_rule = -1;
};

/// A rule that cannot be used; the others are previewed without it.
struct RuleProblem {
    int rule = 0;
    std::string key;
    std::string message;
};

struct QConfigPreview {
    std::vector<LayerQConfig> layers;  ///< as in ModelInfo::layers
    std::vector<RuleProblem> problems;
};

/// "layer.histogram" -> LayerHistogram. Weights are those that the layer computes with, batch norm folded; of
/// a variant that was built lately (trained ones, too), else of the model under the recipe's rules.
struct HistogramParams {
    VariantSpec variant;
    std::string layer;
    std::string which = "weight";         ///< "weight"; "activation"
    std::optional<int64_t> channel = {};  ///< of the output; absent: all
    int bins = 128;                       ///< 1 to 4096
};

struct LayerHistogram {
    std::string layer;
    std::string which;
    std::optional<int64_t> channel = {};
    int64_t channels = 0;  ///< that can be asked for
    double low = 0;        ///< of the first bin; the least value
    double high = 0;       ///< of the last bin; the greatest value
    std::vector<int64_t> counts;
    int64_t values = 0;
    int64_t not_finite = 0;                  ///< values that are in no bin
    std::optional<TensorQParams> grid = {};  ///< with a scale a channel where all are shown; absent in float
};

/// "variant.known" VariantSpec -> VariantResult. What was measured of it, in whatever parts.

}  // namespace qs::protocol
