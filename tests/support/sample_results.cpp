#include "support/sample_results.h"

#include <algorithm>
#include <cmath>

#include "support/sample_preview.h"
#include "support/sample_profile.h"

namespace qs::samples {

using protocol::LayerInfo;
using protocol::LayerResult;
using protocol::Recipe;
using protocol::VariantResult;

namespace {

constexpr int64_t kSamples = 10'000;
const std::vector<std::string> kClasses = {"T-shirt", "Trouser", "Pullover", "Dress", "Coat",
                                           "Sandal",  "Shirt",   "Sneaker",  "Bag",   "Boot"};

bool contains(const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
}

LayerInfo convolution(const std::string& name, int64_t in, int64_t out, int64_t kernel, int64_t side) {
    const int64_t weights = in * out * kernel * kernel;
    std::string norm = name;
    if (const auto at = norm.rfind("conv"); at != std::string::npos) {
        norm.replace(at, 4, "bn");
    } else {
        norm.back() = '1';
    }
    return {name, "conv2d", {norm}, {1, out, side, side}, weights + 2 * out, weights * side * side, true};
}

void addBlock(std::vector<LayerInfo>& layers, const std::string& name, int64_t in, int64_t out,
              int64_t side) {
    layers.push_back(convolution(name + ".conv1", in, out, 3, side));
    layers.back().fused.push_back(name + ".relu");
    if (in != out) {
        layers.push_back(convolution(name + ".downsample.0", in, out, 1, side));
    }
    layers.push_back(convolution(name + ".conv2", out, out, 3, side));
    layers.back().fused.insert(layers.back().fused.end(), {name + ".add", name + ".relu_1"});
}

std::vector<LayerInfo> resnetLayers() {
    std::vector<LayerInfo> layers{convolution("conv1", 1, 16, 3, 28)};
    layers.back().fused.push_back("relu");
    layers.push_back({"maxpool", "max_pool2d", {}, {1, 16, 14, 14}, 0, 0, true});
    int64_t in = 16;
    int64_t side = 14;
    for (int stage = 1; stage <= 4; ++stage) {
        const int64_t out = int64_t(16) << (stage - 1);
        for (int block = 0; block < 2; ++block) {
            addBlock(layers, "layer" + std::to_string(stage) + "." + std::to_string(block), in, out, side);
            in = out;
        }
        side = stage < 4 ? (side + 1) / 2 : side;
    }
    layers.push_back({"avgpool", "adaptive_avg_pool2d", {}, {1, 128, 1, 1}, 0, 0, true});
    layers.push_back({"flatten", "flatten", {}, {1, 128}, 0, 0, false});
    layers.push_back({"fc", "linear", {}, {1, 10}, 1290, 1280, true});
    return layers;
}

double presetPenalty(const std::string& preset) {
    return preset == "qnnpack" ? 6 : preset == "onednn" ? 0 : 3;
}

/// Noise that a layer of its own adds under int8, relative to its signal.
double ownNoise(const LayerInfo& layer, size_t index, const std::string& preset, bool trained) {
    if (layer.macs == 0) {
        return 0;
    }
    double decibels =
        38 - 5 * std::abs(std::sin(1.7 * double(index))) - presetPenalty(preset) + (trained ? 4 : 0);
    if (layer.name == "layer4.0.downsample.0") {
        decibels -= 22;
    }
    return std::pow(10, -decibels / 10);
}

LayerResult layerResult(const LayerInfo& info, const Recipe& recipe) {
    LayerResult result;
    result.name = info.name;
    result.op = info.op;
    result.fused = info.fused;
    result.output_shape = info.output_shape;
    result.parameters = info.parameters;
    result.macs = info.macs;
    result.rule = winningRule(recipe.rules, info);
    result.qconfig = result.rule < 0 ? "fp32" : protocol::textOf(recipe.rules[size_t(result.rule)].qconfig);
    result.precision = precisionOf(recipe.rules, info);
    result.fp32_ms = 0.002 + double(info.macs) / 4e7;
    result.variant_ms =
        result.precision == "int8" ? 0.001 + double(info.macs) / 12e7 : *result.fp32_ms * 1.02;
    result.implementation =
        result.precision == "int8" ? "onednn brgconv:avx512_core_vnni" : "onednn jit:avx512_core";
    return result;
}

void setError(LayerResult& layer, double noise) {
    const double floor = std::max(noise, 1e-9);
    layer.sqnr_db = -10 * std::log10(floor);
    layer.cosine = 1 / std::sqrt(1 + floor);
    layer.mse = 0.8 * floor;
}

/// A share of the samples in percent, with an interval that is about right.
protocol::MetricValue share(const std::string& metric, double percent) {
    const double half = 196 * std::sqrt(percent / 100 * (1 - percent / 100) / double(kSamples)) + 0.02;
    return {metric,  "output", "%", percent, std::max(0.0, percent - half), std::min(100.0, percent + half),
            kSamples};
}

protocol::ClassReport classReport(double top1) {
    protocol::ClassReport report{"class_accuracy", {}, {}, 0, true};
    for (int64_t i = 0; i < int64_t(kClasses.size()); ++i) {
        const double percent = std::max(0.0, top1 + 5 * std::sin(2.1 * double(i)));
        report.classes.push_back(
            {i, kClasses[size_t(i)], kSamples / 10, percent, percent - 1.8, std::min(100.0, percent + 1.5)});
    }
    report.confusions = {{6, 0, 84}, {2, 4, 61}, {4, 6, 40}, {0, 6, 38}, {9, 7, 21}};
    return report;
}

void setMetrics(VariantResult& result, double worstNoise) {
    for (protocol::ModelResult* model : {&result.fp32, &result.variant}) {
        model->classes = classReport(*model->top1);
        model->metrics = {share("top1", *model->top1),
                          share("top5", 99.8),
                          {"class_accuracy", "output", "%", model->top1, {}, {}, kSamples}};
    }
    result.variant.metrics.push_back(share("agreement", *result.agreement));
    result.variant.metrics.push_back(
        {"sqnr_db", "output", "dB", -10 * std::log10(std::max(worstNoise, 1e-9)), {}, {}, kSamples});
    result.variant.metrics.push_back(
        {"cosine", "output", "", 1 / std::sqrt(1 + worstNoise), {}, {}, kSamples});
    const double drop = *result.accuracy_drop;
    const double half = 0.3 + 0.05 * drop;
    const auto lost = static_cast<int64_t>(drop * 120), gained = static_cast<int64_t>(drop * 20);
    result.drop = {"top1", "%", drop, drop - half, drop + half, kSamples, lost, gained, drop - half > 0};
}

void setTotals(VariantResult& result, double worstNoise) {
    double fp32 = 0;
    const double int8 = result.profile->total_ms;
    double bytes = 0;
    for (const LayerResult& layer : result.layers) {
        fp32 += *layer.fp32_ms;
        bytes += double(layer.parameters) * (layer.precision == "int8" ? 1 : 4);
    }
    result.fp32 = {92.4, fp32, fp32 * 0.97, fp32 * 1.08, 2'790'000};
    const double drop = std::min(60.0, 12 * worstNoise + 0.05);
    result.variant = {92.4 - drop, int8, int8 * 0.97, int8 * 1.1, static_cast<int64_t>(bytes)};
    result.accuracy_drop = drop;
    result.speedup = fp32 / int8;
    result.speedup_low = 0.98 * *result.speedup;
    result.speedup_high = 1.03 * *result.speedup;
    result.agreement = 100 - 1.6 * drop;
    setMetrics(result, worstNoise);
}

/// What is left where there are no labels that fit: comparisons with FP32.
void keepComparisons(VariantResult& result) {
    result.fp32.top1 = result.variant.top1 = result.accuracy_drop = {};
    result.fp32.metrics.clear();
    result.fp32.classes = result.variant.classes = {};
    result.drop = {};
    auto& metrics = result.variant.metrics;
    std::erase_if(metrics,
                  [](const auto& metric) { return metric.metric != "sqnr_db" && metric.metric != "cosine"; });
}

std::vector<protocol::PresetInfo> samplePresets() {
    const auto tensor = [](const char* dtype, const char* scheme, const char* granularity,
                           const char* observer, int64_t least, int64_t greatest) {
        protocol::TensorQConfig members;
        members.dtype = dtype;
        members.scheme = scheme;
        members.granularity = granularity;
        members.observer = observer;
        members.quant_min = least;
        members.quant_max = greatest;
        return members;
    };
    std::vector<protocol::PresetInfo> presets;
    for (const char* name : {"bf16", "coreml", "fbgemm", "fp32", "onednn", "qnnpack", "tensorrt", "x86"}) {
        protocol::PresetInfo preset{name, "What " + std::string(name) + " does", {name, "static"}};
        if (preset.name == "fp32" || preset.name == "bf16") {
            preset.qconfig.mode = name;
        } else {
            preset.qconfig.activation = tensor("uint8", "affine", "tensor", "histogram", 0, 255);
            preset.qconfig.weight = tensor("int8", "symmetric", "channel", "min_max", -128, 127);
        }
        presets.push_back(std::move(preset));
    }
    return presets;
}

void fillDefaults(protocol::Preprocessing& settings) {
    const auto fill = [](auto& value, auto byDefault) {
        if (value == std::remove_reference_t<decltype(value)>()) {
            value = byDefault;
        }
    };
    fill(settings.resize, 0);
    fill(settings.crop, 0);
    fill(settings.mean, std::vector<double>{0.286});
    fill(settings.std, std::vector<double>{0.353});
    fill(settings.channels, 1);
    fill(settings.interpolation, "bilinear");
    fill(settings.color_order, "rgb");
    fill(settings.scale, 1.0 / 255);
    fill(settings.layout, "nchw");
}

}  // namespace

protocol::EngineInfo engineInfo() {
    return {
        protocol::kProtocolVersion,
        "0.1.0",
        "1.13.1",
        "2.6.3",
        "Imaginary CPU",
        "avx512_core_vnni",
        8,
        {},
        samplePresets(),
        {{"static", "fixed grids", true, true},
         {"dynamic", "grids of each inference", true, true},
         {"weight_only", "activations float", false, true},
         {"fp32", "nothing is quantized"}},
        {{"affine", "a scale and a zero point", "", ""}, {"symmetric", "a scale alone", "", ""}},
        {{"tensor", "one scale for the whole tensor", "", ""},
         {"channel", "a scale for each output channel", "activations have one scale a tensor", ""},
         {"group", "a scale for each group", "activations have one scale a tensor", ""}},
        {{{"float16", "", "float16 is a mode of the whole layer", "float16 is a mode of the whole layer"},
          16},
         {{"uint8", "", "", ""}, 8, 0, 255},
         {{"int8", "", "", ""}, 8, -128, 127},
         {{"int4", "", "", ""}, 4, -8, 7},
         {{"ternary", "", "", ""},
          2,
          -1,
          1,
          {{"scheme", "affine", "ternary has no zero point: only symmetric is possible"},
           {"zero_point", "", "ternary has no zero point: only symmetric is possible"},
           {"quant_min", "", "ternary has no narrower range of integers"}}}},
        {{"histogram",
          "PyTorch's histogram and search for the least L2 error: cuts the tails until it grows"},
         {"min_max", "from the least to the greatest number seen"},
         {"percentile",
          "leaves out the same share of numbers at either end",
          {{"percentile", "per cent of the numbers that the upper end is to hold, and the lower end likewise",
            99.99, 50.001, 100}}}},
        {{"cifar10",
          "CIFAR-10's binary version, 32x32 colour images in 10 classes: DIR[,test|,train], or files"},
         {"fashion-mnist", "Fashion-MNIST: 28x28 grey images of clothes in 10 classes; [train|test]"},
         {"idx", "grey images as MNIST's files hold them, gzipped or not: IMAGES[,LABELS]"},
         {"imagefolder", "a folder a class, any image that OpenCV reads; or a flat folder, unlabelled: DIR"},
         {"imagelist",
          "images listed with their labels (numbers or names, or none), a path and a label a line: "
          "FILE.csv"},
         {"npy",
          "ready tensors N x ... from NumPy, with labels if given: X.npy[,Y.npy], or a file an input: "
          "a=X.npy,b=Y.npy,labels=L.npy"},
         {"npz",
          "ready tensors from numpy.savez: arrays N x ... named as the model's inputs, and \"labels\" if "
          "there are any: FILE.npz"},
         {"video", "a format that the window has no page for"}},
        {{"android", "an Android Studio project that classifies pictures", "", false, "lite"},
         {"lite", "TorchScript for the lite interpreter of phones", ".ptl", true, "lite"},
         {"onnxruntime-x64", "ONNX (QDQ) for ONNX Runtime on x64 processors", ".onnx", true, "onnxruntime",
          13, 21},
         {"tensorrt", "ONNX (QDQ) for TensorRT, with a calibration cache", ".onnx", false, "onnxruntime", 13,
          17},
         {"torchscript", "TorchScript with quantized operators", ".pt", true, "libtorch"}},
        {{"top1", "the class with the highest score is the label", "%", true, false, true},
         {"class_accuracy", "mean of the classes' accuracies", "%", true, false, true},
         {"agreement", "the same class as FP32", "%", false, true, true},
         {"sqnr_db", "signal against the error of the outputs", "dB", false, true, true}},
        {{"onednn", "oneDNN's kernels for x86, the fastest here"},
         {"xnnpack", "XNNPACK's kernels: what a phone's library would do"},
         {"reference", "LibTorch's float kernels on rounded values: slow, runs anything"}},
        {},
        {{"onnxruntime", "ONNX Runtime"}, {"libtorch", "LibTorch"}, {"lite", "LibTorch's lite interpreter"}},
        "Landlock 4 and seccomp",
        {{"bias_correction",
          "moves the biases of quantized layers until the means of their outputs are those of FP32",
          {{"samples", "calibration samples that means are taken over", 64, 1, 100'000}},
          "after_calibration"}}};
}

protocol::ModelInfo modelInfo(const std::string& path) {
    protocol::ModelInfo info;
    info.path = path;
    info.format = "torchscript";
    info.inputs = {{"input", "Float", {1, 1, 28, 28}}};
    info.outputs = {{"output", "Float", {1, 10}}};
    info.model_bytes = 2'790'000;
    if (contains(path, "fixed")) {
        info.batch = 8;
        info.inputs = {{"input", "Float", {8, 1, 28, 28}}};
        info.outputs = {{"output", "Float", {8, 10}}};
        info.notes = {"weights widened from fp16 to fp32", "runs batches of 8 samples only"};
    }
    if (contains(path, "detector")) {
        info.inputs = {{"image", "Float", {1, 3, 320, 320}}, {"scale", "Float", {1, 2}}};
        info.outputs = {{"boxes", "Float", {1, 2100, 4}}, {"scores", "Float", {1, 2100, 80}}};
    }
    info.layers = resnetLayers();
    for (const LayerInfo& layer : info.layers) {
        info.parameters += layer.parameters;
        info.macs += layer.macs;
    }
    return info;
}

protocol::DataInfo dataInfo(const protocol::DataSpec& spec) {
    protocol::DataInfo info{spec.source, kSamples,           true, {}, {{"", "Float", {1, 28, 28}}},
                            {},          spec.preprocessing, ""};
    info.labelled = !contains(spec.source, "unlabelled");
    if (info.labelled) {
        info.classes = kClasses;
    }
    if (contains(spec.source, "broken")) {
        info.skipped = {"/data/broken/a.jpg: the file is truncated", "/data/broken/b.png: not an image"};
    }
    if (spec.source == "fashion-mnist:test") {
        info.calibration_source = "fashion-mnist:train";
    }
    fillDefaults(info.preprocessing);
    return info;
}

Recipe recipe(const std::string& preset) {
    Recipe recipe;
    recipe.rules = {{"global", "", preset}};
    return recipe;
}

VariantResult variant(const Recipe& recipe, const std::string& data, const std::string& model) {
    VariantResult result;
    result.recipe = recipe;
    const std::vector<LayerInfo> layers = resnetLayers();
    double accumulated = 0;
    double worst = 0;
    double sum = 0;
    std::vector<double> noise;
    for (size_t i = 0; i < layers.size(); ++i) {
        LayerResult layer = layerResult(layers[i], recipe);
        const bool integer = layer.precision == "int8";
        const double own =
            integer ? ownNoise(layers[i], i, layer.qconfig, !recipe.trained_weights.empty()) : 0;
        setError(layer, own + accumulated);
        if (integer) {
            layer.local_sqnr_db = -10 * std::log10(std::max(own, 1e-9));
        }
        noise.push_back(own);
        sum += own;
        accumulated = 0.6 * accumulated + 0.05 * own;
        worst = std::max(worst, own);
        result.layers.push_back(std::move(layer));
    }
    for (size_t i = 0; i < layers.size(); ++i) {
        if (result.layers[i].local_sqnr_db) {
            result.layers[i].output_error_percent = 100 * noise[i] / std::max(sum, 1e-9);
        }
    }
    addBoundaries(result);
    addProfile(result);
    setTotals(result, worst);
    if (contains(model, "detector") || recipe.metric == "sqnr_db") {
        keepComparisons(result);
    }
    result.recipe.calibration = {{"input", "uint8", {0.0157}, {0}, 0, 255},
                                 {"conv1", "uint8", {0.021}, {0}, 0, 255}};
    result.measured = {data,
                       kSamples,
                       recipe.calib_samples,
                       64,
                       "Imaginary CPU",
                       "avx512_core_vnni",
                       std::max(recipe.threads, 1),
                       recipe.latency_runs,
                       1};
    result.measured.latency_clock = result.measured.threads == 1 ? "processor" : "wall";
    return result;
}

protocol::CurvePoint curvePoint(int index, int points, int epochs) {
    const int perEpoch = std::max(1, points / std::max(1, epochs));
    protocol::CurvePoint point;
    point.epoch = index / perEpoch + 1;
    point.step = index + 1;
    point.loss = 0.25 + 0.3 * std::exp(-4.0 * index / points) + 0.02 * std::sin(2.3 * index);
    if ((index + 1) % perEpoch == 0) {
        point.validation_top1 = 92.0 - 2.0 * std::exp(-double(point.epoch));
    }
    return point;
}

}  // namespace qs::samples
