#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/evaluation.h"
#include "core/job.h"
#include "core/result.h"
#include "protocol/messages.h"
#include "quant/ptq.h"
#include "workbench/models.h"
#include "workbench/variant_data.h"

namespace qs {

/// A model made ready by a recipe, and the data that it is measured on.
struct BuiltVariant {
    std::shared_ptr<const OpenedModel> opened;
    VariantData data;
    Graph graph;  ///< with the recipe's trained weights
    RuleSet rules;
    PreparedModel prepared;
    Calibration calibration;
    QuantizedGraph converted;
};

/// What FP32 gave, by model and samples: every variant is compared with the same.
class Baselines {
  public:
    ReferenceOutputs& of(const std::string& key);

  private:
    std::map<std::string, ReferenceOutputs> all_;
};

/// Opens, applies the recipe's weights and rules, calibrates unless the recipe brings qparams, and converts.
/// `params.data` absent: params.calib_data stands in, else noise.
Result<BuiltVariant> buildVariant(Models& models, protocol::MeasureParams params, Job& job);

/// The metrics for a model on data (of which only the labels matter): `metric` by hand, or those that fit.
Result<std::vector<ChosenMetric>> metricsFor(const OpenedModel& opened, const Dataset& data,
                                             const std::string& metric, bool withReference);

/// `evaluated` into `result`, with top1 where it was measured.
void writeMetrics(const EvaluatedModel& evaluated, protocol::ModelResult& result);

/// Adds that `model` ("the FP32 model") gives outputs that are not finite, where it does.
void noteNotFinite(const std::string& model, const EvaluatedModel& evaluated, int64_t samples,
                   std::vector<std::string>& notes);

/// Builds and measures. Accuracy, latency and speed-up are against the FP32 model as opened; layer errors are
/// against the FP32 network with the variant's own (perhaps trained) weights, so that they show quantization
/// alone.
Result<protocol::VariantResult> measureVariant(Models& models, Baselines& baselines,
                                               const protocol::MeasureParams& params, Job& job);

}  // namespace qs
