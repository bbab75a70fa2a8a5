#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "protocol/messages.h"

namespace qs {

/// A layer as the views show it: the model's facts, what the rules ask for now, and what the shown variant
/// measured.
struct LayerRow {
    protocol::LayerInfo info;
    QString qconfig;    ///< what the rules ask for; the variant may have been measured under older ones
    QString inherited;  ///< what they would ask for without a rule for exactly this layer
    bool overridden = false;
    QString ruleText;                             ///< why it has its qconfig, for a person
    std::optional<protocol::LayerResult> result;  ///< of the shown variant

    QString name() const { return QString::fromStdString(info.name); }
    bool isFloat() const;
    /// Of the whole layer; absent unless both times were measured.
    std::optional<double> speedup() const;
};

/// Rows in execution order. `variant` may be null: nothing was measured yet.
std::vector<LayerRow> makeLayerRows(const protocol::ModelInfo& model,
                                    const std::vector<protocol::Rule>& rules,
                                    const protocol::VariantResult* variant);

/// Predicted milliseconds that an inference takes longer if all these layers go back to FP32: the sum of what
/// each costs by itself. Layers that are FP32 already cost nothing; absent where no prediction is known.
std::optional<double> restoreCost(const std::vector<LayerRow>& rows, const QStringList& layers);

/// "conv2d + bn1 + relu": the op and what was fused into it.
QString opWithFused(const LayerRow& row);

}  // namespace qs
