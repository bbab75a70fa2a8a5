#include "widgets/models/variant_profile.h"

#include <QCoreApplication>
#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace qs {
namespace {

/// The layer in "quantize conv1".
std::string layerOf(const protocol::BoundaryResult& boundary) {
    const std::string prefix = boundary.op + ' ';
    return boundary.name.starts_with(prefix) ? boundary.name.substr(prefix.size()) : std::string();
}

constexpr const char* kBoundaryOps[] = {
    QT_TRANSLATE_NOOP("Profile", "quantize"), QT_TRANSLATE_NOOP("Profile", "dequantize"),
    QT_TRANSLATE_NOOP("Profile", "requantize"), QT_TRANSLATE_NOOP("Profile", "reorder")};

/// In the window's language where it is one of the known ones.
QString boundaryOp(const std::string& op) {
    const auto* known = std::find(std::begin(kBoundaryOps), std::end(kBoundaryOps), op);
    return known == std::end(kBoundaryOps) ? QString::fromStdString(op)
                                           : QCoreApplication::translate("Profile", *known);
}

ProfileRow boundaryRow(const protocol::BoundaryResult& boundary, const QString& layer) {
    const std::string of = layerOf(boundary);
    const QString op = boundaryOp(boundary.op);
    return {of.empty() ? QString::fromStdString(boundary.name) : op + u' ' + QString::fromStdString(of),
            op,
            layer,
            boundary.variant_ms,
            {},
            boundary.bytes > 0 ? std::optional(boundary.bytes) : std::nullopt};
}

}  // namespace

VariantProfile makeVariantProfile(const protocol::VariantResult& result) {
    return {result.boundaries, result.peaks, result.profile, result.findings};
}

std::vector<ProfileRow> makeProfileRows(const std::vector<LayerRow>& layers, const VariantProfile& profile) {
    std::unordered_map<std::string, std::vector<const protocol::BoundaryResult*>> before;
    std::unordered_map<std::string, std::vector<const protocol::BoundaryResult*>> after;
    std::unordered_map<std::string, const LayerRow*> known;
    for (const auto& layer : layers) {
        if (layer.result && layer.result->variant_ms) {
            known.emplace(layer.info->name, &layer);
        }
    }
    std::vector<ProfileRow> rows;
    for (const auto& boundary : profile.boundaries) {
        const std::string layer = layerOf(boundary);
        if (!known.contains(layer)) {
            rows.push_back(boundaryRow(boundary, {}));
        } else {
            (boundary.op == "reorder" ? before : after)[layer].push_back(&boundary);
        }
    }
    for (const auto& layer : layers) {
        if (!known.contains(layer.info->name)) {
            continue;
        }
        for (const auto* boundary : before[layer.info->name]) {
            rows.push_back(boundaryRow(*boundary, layer.name()));
        }
        rows.push_back({layer.name(), QString::fromStdString(layer.info->op), layer.name(),
                        *layer.result->variant_ms, layer.result->variant_spread_ms, layer.result->bytes});
        for (const auto* boundary : after[layer.info->name]) {
            rows.push_back(boundaryRow(*boundary, layer.name()));
        }
    }
    if (profile.summary) {
        rows.push_back({QCoreApplication::translate("Profile", "inputs and outputs"),
                        QCoreApplication::translate("Profile", "copy"),
                        {},
                        profile.summary->other_ms,
                        {},
                        {}});
    }
    return rows;
}

double sumOfSteps(const protocol::ProfileSummary& summary) {
    return summary.layers_ms + summary.boundaries_ms + summary.other_ms;
}

std::optional<double> gapPercent(const protocol::ProfileSummary& summary) {
    if (summary.total_ms <= 0) {
        return std::nullopt;
    }
    return 100 * (sumOfSteps(summary) - summary.total_ms) / summary.total_ms;
}

std::optional<double> operationalIntensity(const protocol::LayerResult& layer) {
    if (!layer.gmacs_per_s || !layer.variant_ms || !layer.bytes || *layer.gmacs_per_s <= 0 ||
        *layer.bytes <= 0) {
        return std::nullopt;
    }
    // GMAC/s times ms is 1e6 MACs; of the run, whose batch the layer's `macs` does not know.
    return *layer.gmacs_per_s * *layer.variant_ms * 1e6 / static_cast<double>(*layer.bytes);
}

}  // namespace qs
