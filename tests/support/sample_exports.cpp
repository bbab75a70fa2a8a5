#include "support/sample_exports.h"

#include <filesystem>

#include "support/sample_results.h"

namespace qs::samples {
namespace {

using namespace protocol;

std::string targetOf(const ExportParams& params) {
    if (!params.target.empty()) {
        return params.target;
    }
    return params.path.ends_with(".onnx") ? "onnxruntime-x64" : "torchscript";
}

LayerDifference layerDifference(const LayerInfo& layer, int index, bool out) {
    LayerDifference difference;
    difference.name = layer.name;
    difference.op = layer.op;
    difference.scale = 0.02 + 0.001 * index;
    difference.values = 16 * 32 * 28 * 28;
    difference.worst_lsb = out ? 7 + index : 1;
    difference.mean_lsb = out ? 0.4 : 0.0001 * index;
    difference.within_one_percent = out ? 92.5 : 100;
    difference.passed = !out;
    return difference;
}

}  // namespace

ExportResult exportResult(const ExportParams& params) {
    ExportResult result;
    result.path = params.path;
    result.target = targetOf(params);
    result.bytes = 700'000;
    result.files = {params.path};
    if (result.target == "android") {
        const std::filesystem::path folder = params.path;
        result.files = {(folder / "app/src/main/assets/model.ptl").string(), (folder / "README.md").string()};
        result.commands = {"./gradlew assembleDebug",
                           "adb install app/build/outputs/apk/debug/app-debug.apk"};
    } else if (result.target == "tensorrt") {
        result.files.push_back(params.path + ".calib");
        result.commands = {"trtexec --onnx=" + params.path + " --int8 --fp16"};
    }
    if (!params.preprocessing_inside) {
        result.notes = {"the model takes normalized images: preprocessing is not inside"};
    }
    return result;
}

VerifyResult verification(const VerifyParams& params) {
    const bool wrong = params.file.find("wrong") != std::string::npos;
    const std::string firstOut = "layer2.0.conv1";
    VerifyResult result;
    result.passed = !wrong;
    result.runtime = "libtorch";
    result.runtime_version = "LibTorch 1.13.1, qnnpack";
    result.target = "torchscript";
    result.samples = params.samples > 0 ? params.samples : 10'000;
    result.outputs = {{"output", wrong ? 1.75 : 0.0125, wrong ? 0.21 : 0.0004, wrong ? 11.5 : 52.25}};
    int index = 0;
    bool out = false;
    for (const LayerInfo& layer : modelInfo(params.model).layers) {
        if (layer.quantizable) {
            out = out || (wrong && layer.name == firstOut);
            result.layers.push_back(layerDifference(layer, index++, out));
        }
    }
    result.first_layer_out = wrong ? firstOut : "";
    if (wrong) {
        result.departures = {{.kind = "float",
                              .difference = {firstOut, "conv2d", 0.02, 4096, 3, 0.12, 92.5, false},
                              .differing_percent = 11.25,
                              .computed_by = "aten::conv2d",
                              .agrees_up_to = "maxpool"}};
    }
    if (params.data) {
        result.engine_top1 = 92.41;
        result.file_top1 = wrong ? 71.3 : 92.4;
        result.agreement = wrong ? 74.02 : 99.93;
    }
    result.verdict = wrong ? "layer layer2.0.conv1 is the first that leaves tolerance: 92.50 % of its values "
                             "are within 1 LSB "
                             "(at least 99.90 %)"
                           : "99.93 % of 10000 samples get the same class (at least 99.80 %)";
    result.engine_ms = 1.25;
    result.file_ms = 2.5;
    result.notes = {"the engine ran on onednn, the file on qnnpack"};
    result.measured.data = params.data ? params.data->source : "";
    result.measured.samples = result.samples;
    return result;
}

}  // namespace qs::samples
