#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "protocol/messages.h"
#include "workbench/workbench.h"

namespace qs::cli {

/// MODEL, and --shape where there may be no data that gives the input shape.
struct ModelOptions {
    std::string path;
    std::vector<int64_t> shape;

    void add(CLI::App& command);
    void addShape(CLI::App& command);
};

/// --data and how its images become tensors.
struct DataOptions {
    std::string source;
    protocol::Preprocessing preprocessing;

    void add(CLI::App& command, bool required);
    std::optional<protocol::DataSpec> spec() const;
};

/// --preset, --fp32, --threads, --batch, --calib-samples, --runs and --warmup: what makes a Recipe.
struct RecipeOptions {
    std::string preset = "onednn";
    std::vector<std::string> floatLayers;  ///< names, or globs
    protocol::Recipe recipe;

    /// `evaluation`: what the option for the number of evaluated samples is called.
    void add(CLI::App& command, const std::string& evaluation = "--eval-samples");
    /// The recipe with its rules. Usage error where one of the globs matches no layer of `model` (the engine
    /// itself checks exact names).
    Result<protocol::Recipe> make(const protocol::ModelInfo& model) const;
};

/// -o OUT.pt|OUT.onnx
struct OutputOptions {
    std::string path;

    void add(CLI::App& command);
    /// Before any work: a known extension, a place that can be written, and not the model itself.
    Status check(const std::string& model) const;
};

}  // namespace qs::cli
