#include <algorithm>
#include <cmath>
#include <vector>

#include "analysis/linter/linter.h"

namespace qs {

namespace {

constexpr double kGuilty = 20;  ///< percent of the outputs' error that make a layer worth naming
constexpr size_t kNamed = 3;
constexpr double kNotable = 0.5;  ///< points, where a metric has no interval that tells

bool isReal(const protocol::MetricDrop& drop) {
    return drop.value > 0 && drop.distinguishable.value_or(drop.unit == "%" && drop.value >= kNotable);
}

std::string oneDecimal(double value) {
    std::string text = std::to_string(std::round(10 * value) / 10);
    return text.substr(0, text.find('.') + 2);
}

/// "2.3 %" of the metric's own unit.
std::string dropText(const protocol::MetricDrop& drop) {
    return drop.unit == "%" ? oneDecimal(drop.value) + " %" : oneDecimal(drop.value) + ' ' + drop.unit;
}

protocol::Finding ofLayer(const protocol::LayerResult& layer, const protocol::MetricDrop& drop) {
    protocol::Finding finding{
        .layer = layer.name,
        .message = QT_TRANSLATE_NOOP("Linter",
                                     "%1 makes %2 % of the error at the outputs, which costs %3 in all. "
                                     "Quantized alone it has %4 dB."),
        .remedy = QT_TRANSLATE_NOOP("Linter",
                                    "Restore it to FP32, or give it finer grids: a scale a channel for its "
                                    "weights, another observer for its output, more bits."),
        .arguments = {layer.name, lintPercent(*layer.output_error_percent), dropText(drop),
                      oneDecimal(layer.local_sqnr_db.value_or(0))}};
    if (layer.restore_ms) {
        finding.remedy = QT_TRANSLATE_NOOP(
            "Linter",
            "Restore it to FP32, which takes %5 ms, or give it finer grids: a scale a channel for its "
            "weights, another observer for its output, more bits.");
        finding.arguments.push_back(lintMs(*layer.restore_ms));
    }
    return finding;
}

/// No layer is guilty by itself.
protocol::Finding ofAll(const std::vector<const protocol::LayerResult*>& layers,
                        const protocol::MetricDrop& drop) {
    double sum = 0;
    size_t half = 0;
    while (half < layers.size() && sum < 50) {
        sum += *layers[half++]->output_error_percent;
    }
    return {
        .message = QT_TRANSLATE_NOOP("Linter",
                                     "%1 are lost, and no layer loses them alone: %2 of %3 layers make "
                                     "half of the error at the outputs, %4 most (%5 %)."),
        .remedy = QT_TRANSLATE_NOOP("Linter",
                                    "What helps all layers at once: a scale a channel for weights, another "
                                    "observer, bias correction, more bits, training."),
        .arguments = {dropText(drop), std::to_string(half), std::to_string(layers.size()),
                      layers.front()->name, lintPercent(*layers.front()->output_error_percent)}};
}

std::vector<protocol::Finding> check(const LintInput& input) {
    const auto& drop = input.result.drop;
    if (!drop || !isReal(*drop)) {
        return {};
    }
    std::vector<const protocol::LayerResult*> layers;
    for (const protocol::LayerResult& layer : input.result.layers) {
        if (layer.output_error_percent) {
            layers.push_back(&layer);
        }
    }
    if (layers.empty()) {
        return {};
    }
    std::ranges::stable_sort(layers, std::greater<>(),
                             [](const auto* layer) { return *layer->output_error_percent; });
    std::vector<protocol::Finding> findings;
    for (const protocol::LayerResult* layer : layers) {
        if (findings.size() < kNamed && *layer->output_error_percent >= kGuilty) {
            findings.push_back(ofLayer(*layer, *drop));
        }
    }
    if (findings.empty()) {
        findings.push_back(ofAll(layers, *drop));
    }
    return findings;
}

}  // namespace

void register_accuracy_drop(Registry<LintRule>& registry) {
    registry.add("accuracy_drop",
                 {"layers that make most of a loss of accuracy", check, LintConcern::Accuracy});
}

}  // namespace qs
