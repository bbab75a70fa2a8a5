#include "widgets/models/layer_row.h"

#include <QSet>
#include <string_view>
#include <unordered_map>

#include "widgets/models/rules.h"

namespace qs {

bool LayerRow::isFloat() const {
    return result ? result->precision == kFloatQConfig
                  : rule && rule->qconfig == QLatin1String(kFloatQConfig);
}

std::optional<double> LayerRow::speedup() const {
    if (machineBusy || !result || !result->fp32_ms || !result->variant_ms || *result->variant_ms <= 0) {
        return std::nullopt;
    }
    return *result->fp32_ms / *result->variant_ms;
}

namespace {

ResolvedRule resolved(const protocol::LayerQConfig& layer, const std::vector<protocol::Rule>& rules) {
    ResolvedRule shown{.qconfig = QString::fromStdString(layer.qconfig),
                       .inherited = QString::fromStdString(layer.inherited),
                       .rule = layer.rule,
                       .inheritedRule = layer.inherited_rule,
                       .precision = QString::fromStdString(layer.precision),
                       .reason = QString::fromStdString(layer.reason)};
    if (layer.rule >= 0 && static_cast<size_t>(layer.rule) < rules.size()) {
        const protocol::Rule& rule = rules[static_cast<size_t>(layer.rule)];
        shown.overridden = rule.match == "layer";
        shown.ruleText = describeRule(rule);
    }
    return shown;
}

}  // namespace

std::vector<LayerRow> makeLayerRows(const std::shared_ptr<const protocol::ModelInfo>& model,
                                    const std::vector<protocol::Rule>& rules,
                                    const protocol::QConfigPreview* preview,
                                    const std::shared_ptr<const protocol::VariantResult>& variant) {
    std::unordered_map<std::string_view, const protocol::LayerResult*> results;
    if (variant) {
        results.reserve(variant->layers.size());
        for (const auto& layer : variant->layers) {
            results.emplace(layer.name, &layer);
        }
    }
    std::vector<LayerRow> rows;
    rows.reserve(model->layers.size());
    for (size_t i = 0; i < model->layers.size(); ++i) {
        const protocol::LayerInfo& info = model->layers[i];
        LayerRow row;
        row.info = std::shared_ptr<const protocol::LayerInfo>(model, &info);
        // The engine lists the layers of the model that it has opened, in the model's order.
        if (preview && i < preview->layers.size() && preview->layers[i].name == info.name) {
            row.rule = resolved(preview->layers[i], rules);
        }
        if (const auto found = results.find(info.name); found != results.end()) {
            row.result = std::shared_ptr<const protocol::LayerResult>(variant, found->second);
            row.machineBusy = variant->machine_busy;
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::optional<double> restoreCost(const std::vector<LayerRow>& rows, const QStringList& layers) {
    std::optional<double> cost;
    if (layers.isEmpty()) {
        return cost;
    }
    const QSet<QString> chosen(layers.begin(), layers.end());
    for (const auto& row : rows) {
        if (row.result && row.result->restore_ms && chosen.contains(row.name())) {
            cost = cost.value_or(0) + *row.result->restore_ms;
        }
    }
    return cost;
}

QString opWithFused(const LayerRow& row) {
    QStringList parts{QString::fromStdString(row.info->op)};
    for (const auto& member : row.info->fused) {
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
