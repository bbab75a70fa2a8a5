#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/registry.h"
#include "core/result.h"
#include "graph/graph.h"
#include "importers/file_quantization.h"

namespace qs {

/// One input of a model, as a file declares it or as a caller wants it. `shape` includes N; -1 is an extent
/// that is free, and an empty shape one that is not known at all.
struct InputSpec {
    std::string name = {};
    Shape shape = {};
    std::optional<at::ScalarType> dtype = {};
    bool scalar = false;  ///< a single number: the shape is empty and known
};

/// A model file that was read but not yet traced: the network exists only at concrete input shapes.
class ModelFile {
  public:
    virtual ~ModelFile() = default;
    /// As declared, in order. Shapes are empty where the file says nothing.
    virtual std::vector<InputSpec> inputs() const = 0;
    /// Inputs to try in this order where neither the file nor the caller gives a shape.
    virtual std::vector<std::vector<InputSpec>> guesses() const { return {}; }
    virtual std::vector<std::string> classes() const { return {}; }
    /// What a person should know ("weights widened from fp16"), a line each.
    virtual std::vector<std::string> notes() const { return {}; }
    /// The network at these inputs: shape complete, dtype set, one for each of inputs(). May be called again
    /// with other shapes. Polls the job for every operator.
    virtual Result<TracedNetwork> trace(std::span<const InputSpec> inputs, const Job& job) const = 0;
};

/// A model format: whether the first bytes look like one, and how to read it.
struct Importer {
    std::function<bool(const std::filesystem::path&)> matches;
    std::function<Result<std::unique_ptr<ModelFile>>(const std::filesystem::path&)> open;
};

const Registry<Importer>& importers();

/// An opened model: the network at concrete input shapes, and what the file says about itself.
struct ImportedModel {
    Graph graph;
    std::string format;  ///< "torchscript", "onnx"
    std::vector<std::string> classes;
    std::vector<std::string> notes;
    std::optional<FileQuantization> quantization = {};  ///< of a file that is quantized
    std::vector<InputSpec> declared = {};               ///< inputs as the file declares them
};

/// Opens a model file of any known format; one clear line for what cannot be opened. `wanted` gives shapes
/// and types by name, or in order where names are empty; what it leaves open comes from the file, or else is
/// guessed (first convolution's channels; 224 x 224 pixels, or 16 x 112 x 112). Error of kind Cancelled where
/// the job was.
Result<ImportedModel> openModel(const std::filesystem::path& path, const std::vector<InputSpec>& wanted = {},
                                const Job& job = Job());

}  // namespace qs
