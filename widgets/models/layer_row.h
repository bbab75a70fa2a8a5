#pragma once

#include <QString>
#include <QStringList>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/messages.h"

namespace qs {

/// What the engine makes of the rules for one layer.
struct ResolvedRule {
    QString qconfig;
    QString inherited;        ///< what it would be without a rule for exactly this layer
    int rule = -1;            ///< that won; -1: none
    int inheritedRule = -1;   ///< that would win then
    bool overridden = false;  ///< the rule names exactly this layer
    QString ruleText = {};    ///< why the rule applies, for a person
    QString precision;        ///< what the layer would run in: "int8"
    QString reason;           ///< why that is not what its rule asks for; empty where it is

    bool operator==(const ResolvedRule&) const = default;
};

/// A layer as the views show it: the model's facts, what the rules ask for now, and what the shown variant
/// measured. Facts and figures are shared with the model and the variant that they belong to.
struct LayerRow {
    std::shared_ptr<const protocol::LayerInfo> info;  ///< never null
    /// What the rules ask for; the variant may have been measured under older ones. Absent until the engine
    /// has said it.
    std::optional<ResolvedRule> rule;
    std::shared_ptr<const protocol::LayerResult> result;  ///< of the shown variant, or null
    bool machineBusy = false;  ///< when the variant was measured: its times say little

    bool operator==(const LayerRow&) const = default;
    QString name() const { return QString::fromStdString(info->name); }
    bool isOverridden() const { return rule && rule->overridden; }
    bool isFloat() const;
    /// Of the whole layer; absent unless both times were measured, on a machine that was not busy.
    std::optional<double> speedup() const;
};

/// Rows in execution order. `preview` is the engine's answer for `rules`; null: it is not there yet.
/// `variant` may be null: nothing was measured yet.
std::vector<LayerRow> makeLayerRows(const std::shared_ptr<const protocol::ModelInfo>& model,
                                    const std::vector<protocol::Rule>& rules,
                                    const protocol::QConfigPreview* preview,
                                    const std::shared_ptr<const protocol::VariantResult>& variant);

/// Predicted milliseconds that an inference takes longer if all these layers go back to FP32: the sum of what
/// each was measured to cost by itself. Layers that are FP32 already cost nothing; absent where none is
/// known.
std::optional<double> restoreCost(const std::vector<LayerRow>& rows, const QStringList& layers);

/// "conv2d + bn1 + relu": the op and what was fused into it.
QString opWithFused(const LayerRow& row);

}  // namespace qs
