#include "importers/importer.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cctype>

#include "core/match.h"
#include "ops/evaluate.h"

namespace qs {

Result<ImportedModel> openModel(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        return failure(path.string() + " is a folder, not a model file");
    }
    const auto size = std::filesystem::file_size(path, error);
    if (error) {
        return failure("cannot open " + path.string() + ": " + error.message());
    }
    if (size == 0) {
        return failure(path.string() + " is empty");
    }
    for (const auto& [name, importer] : importers().entries()) {
        if (importer.matches(path)) {
            return importer.open(path);
        }
    }
    return failure(path.string() + " is no model that can be opened: expected " +
                   join(importers().names(), " or ") +
                   " (in PyTorch: torch.jit.script(model).save(\"model.pt\"))");
}

Status inferShapes(Graph& graph, const std::vector<int64_t>& inputShape) {
    if (graph.inputs().size() != 1) {
        return failure("the model has " + std::to_string(graph.inputs().size()) +
                       " inputs; models with one input are supported");
    }
    const at::Tensor input = at::zeros(inputShape);
    graph.value(graph.inputs()[0]).shape = inputShape;
    std::vector<std::pair<ValueId, Shape>> shapes;
    auto outputs =
        evaluate(graph, std::span(&input, 1), [&](const Node& node, std::span<const at::Tensor> results) {
            for (size_t i = 0; i < results.size(); ++i) {
                shapes.emplace_back(node.outputs[i], results[i].sizes().vec());
            }
        });
    if (!outputs) {
        std::string text;
        for (const int64_t extent : inputShape) {
            text += (text.empty() ? "" : "x") + std::to_string(extent);
        }
        return failure("the model does not accept an input of shape " + text + ": " +
                       outputs.error().message);
    }
    for (auto& [id, shape] : shapes) {
        graph.value(id).shape = std::move(shape);
    }
    return {};
}

std::vector<int64_t> guessInputShape(const Graph& graph) {
    for (const auto& node : graph.nodes()) {
        if (node.op == "conv2d") {
            return {1, graph.constant(node.inputs[1]).size(1) * node.attrs.get<int64_t>("groups", 1), 224,
                    224};
        }
        if (node.op == "linear") {
            return {1, graph.constant(node.inputs[1]).size(1)};
        }
    }
    return {1, 3, 224, 224};
}

}  // namespace qs
