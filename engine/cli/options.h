#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/algorithm_options.h"
#include "cli/command.h"
#include "cli/qconfig_options.h"
#include "core/result.h"
#include "protocol/messages.h"
#include "workbench/workbench.h"

namespace qs::cli {

/// MODEL, and --input (or --shape for the first) for the shapes that neither the file nor the data gives.
struct ModelOptions {
    std::string path;
    std::vector<protocol::TensorInfo> inputs;

    void add(CLI::App& command);
};

/// "NAME=1x3x640x640", "1x3x640x640", with the type behind a colon where it is not the file's ("1x128:Long").
/// Usage error for anything else.
Result<protocol::TensorInfo> parseInput(const std::string& text);

/// --input, and --shape for the first, into `inputs`.
void addInputs(CLI::App& command, std::vector<protocol::TensorInfo>& inputs);

/// --data, its class names, and how its images become tensors.
struct DataOptions {
    std::string source;
    std::string labels;
    protocol::Preprocessing preprocessing;

    void add(CLI::App& command, bool required);
    std::optional<protocol::DataSpec> spec() const;
};

/// --metric, as a command line may give it wherever something is evaluated.
void addMetric(CLI::App& command, std::string& metric);

/// --preset or --recipe, --qconfig, --observer, --fp32, --bf16, --threads, --batch, --calib-data,
/// --calib-samples, --metric, --seed,
/// --runs and --warmup: what makes a Recipe, and where it calibrates.
struct RecipeOptions {
    std::string preset = "onednn";
    std::string recipeFile;
    QConfigOptions qconfigs;
    AlgorithmOptions algorithms;
    protocol::Recipe recipe;
    std::string calibrationSource;
    bool perClass = false;
    CLI::Option* presetOption = nullptr;  ///< whether the command line says a preset

    /// `evaluation`: what the option for the number of evaluated samples is called.
    void add(CLI::App& command, const std::string& evaluation = "--eval-samples");
    /// The recipe with its rules, from the file of --recipe where there is one. Without --preset, a model
    /// that is quantized already keeps its own rules and qparams, and what rules single layers adds to them.
    Result<protocol::Recipe> make(const protocol::ModelInfo& model) const;
    /// The data to calibrate on, prepared like `data`; absent: chosen by the engine.
    std::optional<protocol::DataSpec> calibration(const DataOptions& data) const;
    /// The recipe's file, where there is one.
    void addInputs(std::vector<OutputInput>& inputs) const;

  private:
    void writeGiven(protocol::Recipe& result) const;

    const CLI::App* command_ = nullptr;
    std::string evaluation_;
};

/// -o OUT, --target, --opset, --preprocessing-inside, --force
struct OutputOptions {
    std::string path;
    std::string target;
    int opset = 0;
    bool preprocessingInside = false;
    bool replace = false;

    void add(CLI::App& command);
    /// The export of a variant, whose recipe is complete.
    protocol::ExportParams make(const protocol::VariantSpec& variant) const;
    /// What a command writes that makes such an export, and what it reads. Usage error for an unknown target.
    Result<Writes> writes(const protocol::VariantSpec& variant) const;
};

}  // namespace qs::cli
