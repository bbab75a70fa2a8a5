#include "cli/options.h"

#include <algorithm>
#include <charconv>

#include "analysis/metrics/metric.h"
#include "cli/recipe_file.h"
#include "core/match.h"
#include "data/dataset.h"
#include "exporters/exporter.h"
#include "quant/qconfig.h"
#include "runtime/executor.h"

namespace qs::cli {

namespace {

std::string dataHelp() {
    std::string text = "FORMAT:WHERE, one of:";
    for (const auto& [name, format] : datasetFormats().entries()) {
        text += "\n" + name + ": " + format.description;
    }
    return text;
}

}  // namespace

Result<protocol::TensorInfo> parseInput(const std::string& text) {
    protocol::TensorInfo input;
    const size_t equals = text.rfind('=');
    std::string shape = equals == std::string::npos ? text : text.substr(equals + 1);
    input.name = equals == std::string::npos ? "" : text.substr(0, equals);
    if (const size_t colon = shape.find(':'); colon != std::string::npos) {
        input.dtype = shape.substr(colon + 1);
        shape.resize(colon);
    }
    const char* begin = shape.data();
    const char* const end = begin + shape.size();
    for (;;) {
        int64_t extent = 0;
        const auto [next, error] = std::from_chars(begin, end, extent);
        if (error != std::errc() || extent < 1 || (next != end && *next != 'x' && *next != ',')) {
            return usageError("'" + text + "' is no input: write NAME=1x3x224x224 or 1x3x224x224, N first");
        }
        input.shape.push_back(extent);
        if (next == end) {
            return input;
        }
        begin = next + 1;
    }
}

void ModelOptions::add(CLI::App& command) {
    command.add_option("MODEL", path, "TorchScript or ONNX model")->required();
    addInputs(command, inputs);
}

void addInputs(CLI::App& command, std::vector<protocol::TensorInfo>& inputs) {
    const auto read = [&inputs](const std::string& text) {
        const auto input = parseInput(text);
        if (!input) {
            throw CLI::ValidationError(input.error().message);
        }
        inputs.push_back(*input);
    };
    command
        .add_option_function<std::vector<std::string>>(
            "--input,--shape", [read](const auto& texts) { std::ranges::for_each(texts, read); },
            "Shape of an input, [NAME=]NxCxHxW (default: from the data, the model, or a guess); again for "
            "each input")
        ->allow_extra_args(false)
        ->type_name("SHAPE");
}

void DataOptions::add(CLI::App& command, bool required) {
    CLI::Option* data = command.add_option("--data", source, dataHelp());
    data->required(required);
    const auto addSetting = [&](const char* name, auto& setting, const char* help) {
        return command.add_option(name, setting, help)->needs(data)->group("Preprocessing");
    };
    const auto addList = [&](const char* name, auto& setting, const char* help) {
        return addSetting(name, setting, help)->delimiter(',')->allow_extra_args(false);
    };
    command.add_option("--labels", labels, "File with the class names, a name a line or JSON")->needs(data);
    addSetting("--resize", preprocessing.resize, "Shorter side in pixels; 0 keeps the size");
    addList("--resize-to", preprocessing.resize_to, "H,W in pixels, instead of --resize");
    addSetting("--crop", preprocessing.crop, "Side of the centred square in pixels; 0 keeps the size");
    addList("--crop-to", preprocessing.crop_to, "H,W in pixels, instead of --crop");
    addSetting("--interpolation", preprocessing.interpolation, "bilinear, bicubic or nearest, as in Pillow")
        ->check(CLI::IsMember({"bilinear", "bicubic", "nearest"}));
    addSetting("--channels", preprocessing.channels, "1 (grey) or 3 (colour)");
    addSetting("--color-order", preprocessing.color_order, "rgb or bgr")
        ->check(CLI::IsMember({"rgb", "bgr"}));
    addSetting("--scale", preprocessing.scale, "Factor on 0..255 (default: 1/255)");
    addList("--mean", preprocessing.mean, "A number a channel, after scaling");
    addList("--std", preprocessing.std, "A number a channel, after scaling");
    addSetting("--layout", preprocessing.layout, "nchw or nhwc")->check(CLI::IsMember({"nchw", "nhwc"}));
}

std::optional<protocol::DataSpec> DataOptions::spec() const {
    return source.empty() ? std::nullopt : std::optional(protocol::DataSpec{source, preprocessing, labels});
}

void addMetric(CLI::App& command, std::string& metric) {
    command.add_option(
        "--metric", metric,
        "Headline metric (default: what fits the outputs and labels): " + join(metrics().names()));
}

void RecipeOptions::add(CLI::App& command, const std::string& evaluation) {
    command_ = &command;
    evaluation_ = evaluation;
    presetOption = command
                       .add_option("--preset", preset,
                                   join(presets().names()) +
                                       " (a model that is quantized already keeps what "
                                       "it has unless this is given)")
                       ->capture_default_str();
    command
        .add_option(
            "--recipe", recipeFile,
            "JSON file with a recipe, whose rules and calibration are taken as they are; other options "
            "that are given win over what it says")
        ->excludes(presetOption)
        ->type_name("FILE");
    qconfigs.add(command);
    algorithms.add(command);
    command.add_option("--calib-samples", recipe.calib_samples, "Samples to calibrate on; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command
        .add_option("--calib-data", calibrationSource,
                    "Data to calibrate on (default: the training split, or samples of --data that are not "
                    "evaluated)")
        ->type_name("DATA");
    command.add_option(evaluation, recipe.eval_samples, "Samples to evaluate; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    addMetric(command, recipe.metric);
    command.add_flag("--per-class", perClass, "Show each class and the most frequent confusions");
    command
        .add_option("--seed", recipe.seed, "Seed of the choice of samples, and of their order in training")
        ->capture_default_str();
    command.add_option("--batch", recipe.batch, "Samples a batch")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option("--threads", recipe.threads, "Threads; 0: one a core")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command.add_option(
        "--backend", recipe.backend,
        "What runs the variant: " + join(backends().names()) + " (default " + kDefaultBackend + ")");
    command
        .add_option("--runs", recipe.latency_runs, "Turns in which FP32 and the variant are timed, at least")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command.add_option("--warmup", recipe.latency_warmup, "Runs before the timed ones")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
}

/// The options that were given, written over what a recipe file says.
void RecipeOptions::writeGiven(protocol::Recipe& result) const {
    const auto take = [&](const std::string& option, auto member) {
        if (command_->get_option(option)->count() > 0) {
            result.*member = recipe.*member;
        }
    };
    using protocol::Recipe;
    take("--calib-samples", &Recipe::calib_samples);
    take(evaluation_, &Recipe::eval_samples);
    take("--metric", &Recipe::metric);
    take("--seed", &Recipe::seed);
    take("--batch", &Recipe::batch);
    take("--threads", &Recipe::threads);
    take("--backend", &Recipe::backend);
    take("--runs", &Recipe::latency_runs);
    take("--warmup", &Recipe::latency_warmup);
}

Result<protocol::Recipe> RecipeOptions::make(const protocol::ModelInfo& model) const {
    protocol::Recipe result = recipe;
    result.rules = {{"global", "", preset}};
    if (!recipeFile.empty()) {
        QS_ASSIGN(result, readRecipe(recipeFile));
        writeGiven(result);
    } else if (model.recipe && presetOption->empty() && !qconfigs.ruleModel(model)) {
        result.rules = model.recipe->rules;
        result.calibration = model.recipe->calibration;
    }
    if (algorithms.given()) {
        QS_ASSIGN(result.algorithms, algorithms.read());
    }
    QS_ASSIGN(result.rules, qconfigs.make(std::move(result.rules), model));
    return result;
}

std::optional<protocol::DataSpec> RecipeOptions::calibration(const DataOptions& data) const {
    return calibrationSource.empty()
               ? std::nullopt
               : std::optional(protocol::DataSpec{calibrationSource, data.preprocessing, data.labels});
}

void RecipeOptions::addInputs(std::vector<OutputInput>& inputs) const {
    if (!recipeFile.empty()) {
        inputs.push_back({recipeFile, "the recipe"});
    }
}

namespace {

std::string extensions() {
    std::vector<std::string> names;
    for (const auto& [name, exporter] : exporters().entries()) {
        if (exporter.isDefault) {
            names.push_back(exporter.extension);
        }
    }
    return join(names);
}

}  // namespace

void OutputOptions::add(CLI::App& command) {
    command
        .add_option("-o,--output", path,
                    "Where to write the model; the target follows from its ending (" + extensions() + ")")
        ->required();
    command.add_option("--target", target, "What it is for: " + join(exporters().names()));
    command.add_option("--opset", opset, "Of ONNX (default: what the target takes best)")
        ->check(CLI::NonNegativeNumber);
    command.add_flag("--preprocessing-inside", preprocessingInside,
                     "Make scaling and normalization part of the network: it then takes pixels 0..255");
    command.add_flag("--force", replace, "Replace what has the name already");
}

protocol::ExportParams OutputOptions::make(const protocol::VariantSpec& variant) const {
    return {variant, path, target, opset, preprocessingInside, replace};
}

Result<Writes> OutputOptions::writes(const protocol::VariantSpec& variant) const {
    QS_ASSIGN(OutputClaim claim, claimOf(make(variant)));
    return Writes{{std::move(claim)}, inputsOf(variant)};
}

}  // namespace qs::cli
