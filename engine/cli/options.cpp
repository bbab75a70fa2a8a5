#include "cli/options.h"

#include <algorithm>
#include <filesystem>

#include "core/files.h"
#include "core/match.h"
#include "exporters/exporter.h"

namespace qs::cli {

namespace fs = std::filesystem;

namespace {

bool isGlob(const std::string& name) {
    return name.find_first_of("*?") != std::string::npos;
}

Status checkGlob(const std::string& glob, const protocol::ModelInfo& model) {
    std::vector<std::string> names;
    for (const auto& layer : model.layers) {
        if (globMatch(glob, layer.name)) {
            return {};
        }
        names.push_back(layer.name);
    }
    return usageError("no layer matches '" + glob + "': nearest are " + join(nearestNames(glob, names)));
}

}  // namespace

void ModelOptions::add(CLI::App& command) {
    command.add_option("MODEL", path, "TorchScript FP32 model")->required();
}

void ModelOptions::addShape(CLI::App& command) {
    command
        .add_option("--shape", shape, "Input shape N,C,H,W (default: from the model, the data, or a guess)")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::PositiveNumber);
}

void DataOptions::add(CLI::App& command, bool required) {
    CLI::Option* data = command.add_option(
        "--data", source, "fashion-mnist[:train|:test], imagefolder:DIR, or npy:X.npy[,Y.npy]");
    data->required(required);
    const auto addSetting = [&](const char* name, auto& setting, const char* help) {
        return command.add_option(name, setting, help)->needs(data)->group("Preprocessing");
    };
    addSetting("--resize", preprocessing.resize, "Shorter side in pixels; 0 keeps the size");
    addSetting("--crop", preprocessing.crop, "Side of the centred square in pixels; 0 keeps the size");
    addSetting("--channels", preprocessing.channels, "1 (grey) or 3 (RGB)");
    addSetting("--mean", preprocessing.mean, "A number a channel, on the scale 0..1")
        ->delimiter(',')
        ->allow_extra_args(false);
    addSetting("--std", preprocessing.std, "A number a channel, on the scale 0..1")
        ->delimiter(',')
        ->allow_extra_args(false);
}

std::optional<protocol::DataSpec> DataOptions::spec() const {
    return source.empty() ? std::nullopt : std::optional(protocol::DataSpec{source, preprocessing});
}

void RecipeOptions::add(CLI::App& command, const std::string& evaluation) {
    command.add_option("--preset", preset, "fbgemm, x86, qnnpack or onednn")->capture_default_str();
    command.add_option("--fp32", floatLayers, "Layers to keep in FP32: names, or patterns with * and ?")
        ->delimiter(',')
        ->type_name("LAYER");
    command.add_option("--calib-samples", recipe.calib_samples, "Samples to calibrate on; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option(evaluation, recipe.eval_samples, "Samples to measure top-1 on; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option("--batch", recipe.batch, "Samples a batch")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option("--threads", recipe.threads, "Threads; 0: one a core")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option("--runs", recipe.latency_runs, "Timed runs for the latency")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option("--warmup", recipe.latency_warmup, "Runs before the timed ones")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
}

Result<protocol::Recipe> RecipeOptions::make(const protocol::ModelInfo& model) const {
    protocol::Recipe result = recipe;
    result.rules = {{"global", "", preset}};
    for (const std::string& name : floatLayers) {
        if (isGlob(name)) {
            QS_TRY(checkGlob(name, model));
        }
        result.rules.push_back({isGlob(name) ? "pattern" : "layer", name, "fp32"});
    }
    return result;
}

void OutputOptions::add(CLI::App& command) {
    command.add_option("-o,--output", path, "Where to write the quantized model: OUT.pt or OUT.onnx")
        ->required();
}

Status OutputOptions::check(const std::string& model) const {
    QS_TRY(exporterFor(path));
    QS_TRY(checkWritable(path));
    std::error_code error;
    if (fs::equivalent(path, model, error)) {
        return usageError("the output " + path + " is the model itself: give it another name");
    }
    return {};
}

}  // namespace qs::cli
