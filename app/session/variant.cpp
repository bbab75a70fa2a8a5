#include "app/session/variant.h"

#include <QCoreApplication>
#include <algorithm>
#include <utility>
#include <vector>

namespace qs::app {

namespace {

/// Of recipes that name none, and not worth naming.
constexpr const char* kDefaultBackend = "onednn";

struct VariantText {
    Q_DECLARE_TR_FUNCTIONS(Variant)
};

QString layersInFloat(size_t count) {
    return count == 1 ? VariantText::tr("1 layer FP32") : VariantText::tr("%1 layers FP32").arg(count);
}

QString layersChanged(size_t count) {
    return count == 1 ? VariantText::tr("1 layer changed") : VariantText::tr("%1 layers changed").arg(count);
}

QString rulesMore(size_t count) {
    return count == 1 ? VariantText::tr("1 rule") : VariantText::tr("%1 rules").arg(count);
}

QString trainedFor(int epochs) {
    return epochs == 1 ? VariantText::tr("QAT 1 epoch") : VariantText::tr("QAT %1 epochs").arg(epochs);
}

}  // namespace

VariantPtr makeVariant(const QString& id, const QString& name, const QDateTime& createdAt,
                       protocol::VariantResult result, std::vector<std::string> missing) {
    Rules rules(result.recipe.rules);
    return std::make_shared<const Variant>(
        Variant{id, name, createdAt, std::move(result), std::move(rules), std::move(missing)});
}

std::optional<std::vector<std::string>> partsAfter(const std::string& part) {
    static const std::vector<std::string> parts{"errors", "accuracy", "contributions", "latency"};
    const auto found = std::find(parts.begin(), parts.end(), part);
    if (found == parts.end()) {
        return std::nullopt;
    }
    return std::vector<std::string>(found + 1, parts.end());
}

VariantPtr withWeights(const Variant& variant, const QString& path) {
    Variant moved = variant;
    moved.result.recipe.trained_weights = path.toStdString();
    return std::make_shared<const Variant>(std::move(moved));
}

std::shared_ptr<const protocol::VariantResult> resultOf(const VariantPtr& variant) {
    return variant ? std::shared_ptr<const protocol::VariantResult>(variant, &variant->result) : nullptr;
}

QString variantName(const protocol::Recipe& recipe, const QStringList& taken) {
    const Rules rules(recipe.rules);
    QString name = QString::fromStdString(protocol::textOf(rules.global()));
    if (recipe.qat) {
        name += u' ' + trainedFor(recipe.qat->epochs);
    }
    if (!recipe.backend.empty() && recipe.backend != kDefaultBackend) {
        name = VariantText::tr("%1 on %2").arg(name, QString::fromStdString(recipe.backend));
    }
    for (const protocol::Algorithm& algorithm : recipe.algorithms) {
        name += QStringLiteral(", ") + QString::fromStdString(algorithm.name);
    }
    const size_t inFloat = rules.floatLayers();
    if (inFloat > 0) {
        name += QStringLiteral(", ") + layersInFloat(inFloat);
    }
    const size_t ofLayers = rules.countOf("layer");
    if (ofLayers > inFloat) {
        name += QStringLiteral(", ") + layersChanged(ofLayers - inFloat);
    }
    if (const size_t others = recipe.rules.size() - ofLayers - rules.countOf("global"); others > 0) {
        name += QStringLiteral(", ") + rulesMore(others);
    }
    QString unique = name;
    for (int i = 2; taken.contains(unique); ++i) {
        unique = QStringLiteral("%1 (%2)").arg(name).arg(i);
    }
    return unique;
}

QStringList worstLayers(const protocol::VariantResult& result, int count) {
    const bool carried = std::any_of(result.layers.begin(), result.layers.end(), [](const auto& layer) {
        return layer.output_error_percent.has_value();
    });
    std::vector<std::pair<double, QString>> layers;
    for (const protocol::LayerResult& layer : result.layers) {
        const QString name = QString::fromStdString(layer.name);
        if (carried && layer.output_error_percent) {
            layers.emplace_back(-*layer.output_error_percent, name);
        } else if (!carried && layer.precision == "int8" && layer.sqnr_db) {
            layers.emplace_back(*layer.sqnr_db, name);
        }
    }
    std::stable_sort(layers.begin(), layers.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    layers.resize(std::min(layers.size(), static_cast<size_t>(std::max(count, 0))));
    QStringList names;
    for (const auto& [rank, name] : layers) {
        names.append(name);
    }
    return names;
}

}  // namespace qs::app
