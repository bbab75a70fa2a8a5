#include "support/large_results.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "support/sample_profile.h"
#include "support/sample_results.h"

namespace qs::samples {

namespace {

constexpr int kManyClasses = 100;
constexpr int kFloatEvery = 40;  ///< a layer in so many runs in FP32

protocol::LayerInfo layerOf(int number) {
    const std::string block =
        "stage" + std::to_string(number / 100) + ".block" + std::to_string(number / 4 % 25);
    const std::string name = block + ".conv" + std::to_string(number % 4 + 1);
    const int64_t channels = 32 << std::min(number / 500, 3);
    const int64_t weights = channels * channels * 9;
    protocol::LayerInfo layer{name,
                              "conv2d",
                              {block + ".bn" + std::to_string(number % 4 + 1)},
                              {1, channels, 28, 28},
                              weights + 2 * channels,
                              weights * 28 * 28,
                              true};
    if (number % 4 == 3) {
        layer.fused.insert(layer.fused.end(), {block + ".add", block + ".relu"});
    }
    return layer;
}

protocol::ClassReport manyClasses(int number) {
    protocol::ClassReport report{"class_accuracy", {}, {}, 0, true};
    for (int64_t i = 0; i < kManyClasses; ++i) {
        const double percent = 80 + 10 * std::sin(2.1 * double(i) + number);
        report.classes.push_back({i, "class " + std::to_string(i), 100, percent, percent - 2, percent + 2});
        report.confusions.push_back({i, (i + 1) % kManyClasses, 20 - i % 20});
    }
    return report;
}

}  // namespace

protocol::ModelInfo largeModel(const std::string& path, int layers) {
    protocol::ModelInfo model = modelInfo(path);
    model.layers.clear();
    model.parameters = model.macs = 0;
    for (int i = 0; i < layers; ++i) {
        model.layers.push_back(layerOf(i));
        model.parameters += model.layers.back().parameters;
        model.macs += model.layers.back().macs;
    }
    return model;
}

protocol::Recipe largeRecipe(const protocol::ModelInfo& model, int number) {
    protocol::Recipe recipe = samples::recipe();
    for (size_t i = static_cast<size_t>(number % kFloatEvery); i < model.layers.size(); i += kFloatEvery) {
        recipe.rules.push_back({"layer", model.layers[i].name, "fp32"});
    }
    return recipe;
}

protocol::VariantResult largeVariant(const protocol::ModelInfo& model, const protocol::Recipe& recipe,
                                     int number) {
    protocol::VariantResult result = variant(samples::recipe());
    result.recipe = recipe;
    std::unordered_map<std::string, std::string> qconfigs;
    std::string preset;
    for (const protocol::Rule& rule : recipe.rules) {
        (rule.match == "layer" ? qconfigs[rule.key] : preset) = protocol::textOf(rule.qconfig);
    }
    const protocol::LayerResult like = result.layers.at(2);
    result.layers.clear();
    result.recipe.calibration.clear();
    for (size_t i = 0; i < model.layers.size(); ++i) {
        const protocol::LayerInfo& info = model.layers[i];
        protocol::LayerResult layer = like;
        layer.name = info.name;
        layer.op = info.op;
        layer.fused = info.fused;
        layer.output_shape = info.output_shape;
        layer.parameters = info.parameters;
        layer.macs = info.macs;
        const double wave = std::sin(1.7 * double(i) + number);
        const auto own = qconfigs.find(info.name);
        layer.qconfig = own == qconfigs.end() ? preset : own->second;
        const bool isFloat = layer.qconfig == "fp32";
        layer.precision = isFloat ? "fp32" : "int8";
        layer.sqnr_db = 35 + 8 * wave;
        layer.fp32_ms = 0.05 + 0.01 * wave;
        layer.variant_ms = isFloat ? *layer.fp32_ms : *layer.fp32_ms / 3;
        result.recipe.calibration.push_back({info.name, "uint8", {0.021 + 0.001 * wave}, {0}, 0, 255});
        result.layers.push_back(std::move(layer));
    }
    result.boundaries.clear();
    addBoundaries(result);
    addProfile(result);
    result.fp32.classes = manyClasses(0);
    result.variant.classes = manyClasses(number);
    const double top1 = 92 - 3 * std::abs(std::sin(number));
    result.variant.top1 = result.variant.metrics.at(0).value = top1;
    result.variant.latency_ms = 20 + 5 * std::sin(0.3 * number);
    return result;
}

}  // namespace qs::samples
