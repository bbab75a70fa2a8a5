#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/messages/data.h"
#include "protocol/messages/recipe.h"

/// An opened model.
namespace qs::protocol {

/// A layer as the table shows it: a fusion group named by its main node.
struct LayerInfo {
    std::string name;
    std::string op;                  ///< "conv2d"
    std::vector<std::string> fused;  ///< names of the nodes that run inside it
    std::vector<int64_t> output_shape;
    int64_t parameters = 0;
    int64_t macs = 0;
    bool quantizable = false;
};

struct ModelInfo {
    std::string path;
    std::string format;
    std::vector<TensorInfo> inputs;  ///< at the shapes it was opened with
    std::vector<TensorInfo> outputs;
    int64_t batch = 0;               ///< the only batch size that it runs; 0: any
    std::vector<std::string> notes;  ///< "weights widened from fp16", ...
    std::vector<std::string> classes;
    int64_t parameters = 0;
    int64_t macs = 0;
    int64_t model_bytes = 0;  ///< of the file
    std::vector<LayerInfo> layers;
    /// Of a file that is quantized already: what reproduces it exactly (its rules and qparams; the weights
    /// keep those that the file has).
    std::optional<Recipe> recipe = {};
};

/// "model.open" -> ModelInfo
struct OpenModelParams {
    std::string model;
    std::optional<DataSpec> data;    ///< gives the input shapes where the file records none
    std::vector<TensorInfo> inputs;  ///< shapes with N, by name or in order; empty: from the data, the file,
                                     ///< or a guess
};

}  // namespace qs::protocol
