#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/accuracy.h"
#include "core/job.h"
#include "core/result.h"
#include "protocol/messages.h"
#include "quant/ptq.h"
#include "workbench/models.h"

namespace qs {

/// A model made ready by a recipe, and the data that it is measured on.
struct BuiltVariant {
    std::shared_ptr<const OpenedModel> opened;
    std::shared_ptr<Dataset> data;
    bool realData = true;  ///< false: noise stands in, and nothing is said about accuracy
    Graph graph;           ///< with the recipe's trained weights
    PreparedModel prepared;
    Calibration calibration;
    QuantizedGraph converted;
};

/// FP32 decisions by model, data and sample count: every variant is compared with the same ones.
using Baselines = std::map<std::string, Predictions>;

/// Opens, applies the recipe's weights and rules, calibrates unless the recipe brings qparams, and converts.
Result<BuiltVariant> buildVariant(Models& models, const std::string& path,
                                  const std::optional<protocol::DataSpec>& data,
                                  const std::vector<protocol::TensorInfo>& inputs,
                                  const protocol::Recipe& recipe, Job& job);

/// Builds and measures. Accuracy, latency and speed-up are against the FP32 model as opened; layer errors are
/// against the FP32 network with the variant's own (perhaps trained) weights, so that they show quantization
/// alone.
Result<protocol::VariantResult> measureVariant(Models& models, Baselines& baselines,
                                               const protocol::MeasureParams& params, Job& job);

}  // namespace qs
