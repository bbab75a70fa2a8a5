#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "protocol/messages.h"
#include "widgets/models/layer_row.h"

namespace qs {

/// What the measurement of the shown variant says about its time. Empty where nothing was measured, or by an
/// engine without a profiler.
struct VariantProfile {
    std::vector<protocol::BoundaryResult> boundaries;
    std::optional<protocol::MachinePeaks> peaks;
    std::optional<protocol::ProfileSummary> summary;
    std::vector<protocol::Finding> findings;
};

VariantProfile makeVariantProfile(const protocol::VariantResult& result);

/// A step of one inference.
struct ProfileRow {
    QString step;   ///< "conv1", "quantize conv1"
    QString kind;   ///< "conv2d", "quantize"
    QString layer;  ///< that it is or belongs to; empty: none of the model's
    double ms = 0;
    std::optional<double> spreadMs;
    std::optional<int64_t> bytes;
};

/// The measured layers in execution order, a boundary after the layer that makes its tensor (a reorder before
/// the one that reads it; one that names no layer at the front), and what binding inputs and copying outputs
/// takes.
std::vector<ProfileRow> makeProfileRows(const std::vector<LayerRow>& layers, const VariantProfile& profile);

/// Milliseconds that the rows of a profile add up to.
double sumOfSteps(const protocol::ProfileSummary& summary);
/// How far that is from the median of whole runs, in percent of it; absent without a median.
std::optional<double> gapPercent(const protocol::ProfileSummary& summary);

/// MACs a byte of a layer's run in the variant, from its rate: absent unless rate, time and bytes are known.
std::optional<double> operationalIntensity(const protocol::LayerResult& layer);

}  // namespace qs
