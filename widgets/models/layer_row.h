#pragma once

#include <QString>
#include <QStringList>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/messages.h"

namespace qs {

/// A layer as the views show it: the model's facts, what the rules ask for now, and what the shown variant
/// measured. Facts and figures are shared with the model and the variant that they belong to.
struct LayerRow {
    std::shared_ptr<const protocol::LayerInfo> info;  ///< never null
    QString qconfig;    ///< what the rules ask for; the variant may have been measured under older ones
    QString inherited;  ///< what they would ask for without a rule for exactly this layer
    bool overridden = false;
    QString ruleText;                                     ///< why it has its qconfig, for a person
    std::shared_ptr<const protocol::LayerResult> result;  ///< of the shown variant, or null
    bool machineBusy = false;  ///< when the variant was measured: its times say little

    bool operator==(const LayerRow&) const = default;
    QString name() const { return QString::fromStdString(info->name); }
    bool isFloat() const;
    /// Of the whole layer; absent unless both times were measured, on a machine that was not busy.
    std::optional<double> speedup() const;
};

/// Rows in execution order. `variant` may be null: nothing was measured yet.
std::vector<LayerRow> makeLayerRows(const std::shared_ptr<const protocol::ModelInfo>& model,
                                    const std::vector<protocol::Rule>& rules,
                                    const std::shared_ptr<const protocol::VariantResult>& variant);

/// Predicted milliseconds that an inference takes longer if all these layers go back to FP32: the sum of what
/// each was measured to cost by itself. Layers that are FP32 already cost nothing; absent where none is
/// known.
std::optional<double> restoreCost(const std::vector<LayerRow>& rows, const QStringList& layers);

/// "conv2d + bn1 + relu": the op and what was fused into it.
QString opWithFused(const LayerRow& row);

}  // namespace qs
