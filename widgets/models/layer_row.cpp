#include "widgets/models/layer_row.h"

#include <unordered_map>

#include "widgets/models/rules.h"

namespace qs {

bool LayerRow::isFloat() const {
    return result ? result->precision == kFloatQConfig : qconfig == QLatin1String(kFloatQConfig);
}

std::optional<double> LayerRow::speedup() const {
    if (!result || !result->fp32_ms || !result->variant_ms || *result->variant_ms <= 0) {
        return std::nullopt;
    }
    return *result->fp32_ms / *result->variant_ms;
}

std::vector<LayerRow> makeLayerRows(const protocol::ModelInfo& model,
                                    const std::vector<protocol::Rule>& rules,
                                    const protocol::VariantResult* variant) {
    std::unordered_map<std::string, const protocol::LayerResult*> results;
    if (variant) {
        for (const auto& layer : variant->layers) {
            results.emplace(layer.name, &layer);
        }
    }
    std::vector<LayerRow> rows;
    rows.reserve(model.layers.size());
    for (const auto& info : model.layers) {
        LayerRow row;
        row.info = info;
        const ResolvedRule won = resolveRule(rules, info.name, info.op);
        row.qconfig = won.qconfig;
        row.inherited = inheritedQConfig(rules, info.name, info.op);
        row.overridden = won.overridden;
        if (won.rule >= 0) {
            row.ruleText = describeRule(rules[static_cast<size_t>(won.rule)]);
        }
        if (const auto found = results.find(info.name); found != results.end()) {
            row.result = *found->second;
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::optional<double> restoreCost(const std::vector<LayerRow>& rows, const QStringList& layers) {
    std::optional<double> cost;
    for (const auto& row : rows) {
        if (row.result && row.result->restore_ms && layers.contains(row.name())) {
            cost = cost.value_or(0) + *row.result->restore_ms;
        }
    }
    return cost;
}

QString opWithFused(const LayerRow& row) {
    QStringList parts{QString::fromStdString(row.info.op)};
    for (const auto& member : row.info.fused) {
        const QString name = QString::fromStdString(member);
        if (name != row.name()) {
            const QString last = name.section(QLatin1Char('.'), -1);
            // In a Sequential the last part is but a number.
            parts << (last.front().isDigit() ? name.section(QLatin1Char('.'), -2) : last);
        }
    }
    return parts.join(QStringLiteral(" + "));
}

}  // namespace qs
