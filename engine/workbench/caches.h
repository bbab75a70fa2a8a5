#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "analysis/contributions.h"
#include "analysis/error_metrics.h"
#include "analysis/evaluation.h"
#include "graph/graph.h"
#include "graph/quantized_graph.h"
#include "protocol/messages.h"
#include "quant/pipeline.h"
#include "quant/statistics/network_statistics.h"
#include "workbench/models.h"
#include "workbench/recent.h"

namespace qs {

/// What a calibration pass kept.
struct Observed {
    NetworkStatistics statistics;
    std::vector<std::string> skipped;  ///< samples that it left out
};

/// A model made ready by a recipe.
struct BuiltVariant : QuantizedNetwork {
    std::shared_ptr<const OpenedModel> opened;
    Network reference;  ///< the model's, or that of the recipe's trained weights
    RuleSet rules;
    /// Null where the recipe brought the qparams and no pass over data is known.
    std::shared_ptr<const Observed> observed;
};

/// What FP32 gave, by model and samples: every variant is compared with the same.
class Baselines {
  public:
    ReferenceOutputs& of(const std::string& key);

  private:
    std::map<std::string, ReferenceOutputs> all_;
};

/// Errors by layer.
struct MeasuredErrors {
    std::map<std::string, ErrorMetrics> layers;
    std::vector<std::string> skipped;  ///< samples that were left out
};

struct MeasuredContributions {
    std::map<std::string, Contribution> layers;
    int64_t samples = 0;
};

struct MeasuredAccuracy {
    Evaluation evaluation;
    std::vector<std::string> skipped;
};

/// What a workbench remembers, so that nothing is done twice: by what went into it.
struct Caches {
    static constexpr int64_t kBuiltBytes = int64_t{1} << 30;

    Models models;
    Baselines baselines;
    Recent<BuiltVariant> built{8, kBuiltBytes};
    /// By model, weights and samples: another observer, scheme, dtype or range costs no second pass.
    Recent<Observed> observed{16};
    Recent<MeasuredErrors> errors{64};
    Recent<MeasuredAccuracy> accuracy{64};
    Recent<MeasuredContributions> contributions{64};
    Recent<protocol::VariantResult> results{64};  ///< what is known of a variant, by keyOf(VariantSpec)
    Recent<PreparedModel> prepared{8};            ///< for questions, by model and rules
    std::atomic<int64_t> builds = 0;              ///< variants that were built, not found
    std::atomic<int64_t> passes = 0;              ///< over calibration data
};

/// Text that is the same for the same request on the same files.
std::string keyOf(const protocol::VariantSpec& variant);

}  // namespace qs
