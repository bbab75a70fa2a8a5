#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "graph/graph.h"
#include "importers/importer.h"

namespace onnx {
class ModelProto;
}

namespace qs::test {

/// A float initializer with numbers that repeat from run to run.
struct Weight {
    std::string name;
    Shape shape;
};
at::Tensor numbers(const Shape& shape);

/// A model of one graph in ONNX's own text form: "x" and its shape as input, "y" as output, and `nodes`, one
/// a line: `y = Relu (x)`. Throws std::runtime_error for text that cannot be parsed.
::onnx::ModelProto parseModel(int opset, const Shape& input, const std::string& nodes,
                              const std::vector<Weight>& weights = {});

void save(const ::onnx::ModelProto& model, const std::filesystem::path& path);

/// Opens the model from a file beside others of the test, which goes again.
Result<ImportedModel> importModel(const ::onnx::ModelProto& model, const std::vector<InputSpec>& wanted = {});

}  // namespace qs::test
