#include "workbench/models.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "importers/importer.h"
#include "protocol/json.h"
#include "workbench/messages.h"

namespace qs {

namespace {

constexpr size_t kMostCached = 4;

template <typename Map>
void makeRoom(Map& cache) {
    if (cache.size() >= kMostCached) {
        cache.clear();
    }
}

/// Path, size and time of last change.
std::string identify(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    const auto time = std::filesystem::last_write_time(path, error);
    return path + '\n' + std::to_string(size) + '\n' + std::to_string(time.time_since_epoch().count());
}

std::vector<int64_t> chooseInputShape(const ImportedModel& model, const Dataset* data,
                                      std::vector<int64_t> wanted) {
    if (!wanted.empty()) {
        return wanted;
    }
    if (data) {
        std::vector<int64_t> shape = data->sampleShape();
        shape.insert(shape.begin(), 1);
        return shape;
    }
    return model.inputShape.empty() ? guessInputShape(model.graph) : model.inputShape;
}

Status checkChannels(const Graph& graph, const std::vector<int64_t>& shape, const Dataset* data) {
    for (const auto& node : graph.nodes()) {
        if (node.op != "conv2d" || node.inputs[0] != graph.inputs().at(0)) {
            continue;
        }
        const int64_t expected =
            graph.constant(node.inputs[1]).size(1) * node.attrs.get<int64_t>("groups", 1);
        if (shape.size() != 4) {
            return failure("the model takes images (N x C x H x W), the input has " +
                           std::to_string(shape.size()) + " dimensions");
        }
        if (shape[1] != expected) {
            return failure(std::string("the ") + (data ? "data has " : "input shape has ") +
                           std::to_string(shape[1]) + " channels, the model takes " +
                           std::to_string(expected) +
                           (data ? ": set --channels " + std::to_string(expected) : ""));
        }
    }
    return {};
}

protocol::ModelInfo describe(const std::string& path, const ImportedModel& model) {
    protocol::ModelInfo info;
    info.path = path;
    info.format = model.format;
    info.classes = model.classes;
    std::error_code error;
    info.model_bytes = static_cast<int64_t>(std::filesystem::file_size(path, error));
    for (const ValueId input : model.graph.inputs()) {
        info.input_shape = model.graph.value(input).shape;
        info.input_names.push_back(model.graph.value(input).name);
    }
    info.output_names = model.graph.outputNames();
    info.layers = describeLayers(model.graph);
    for (const auto& layer : info.layers) {
        info.parameters += layer.parameters;
        info.macs += layer.macs;
    }
    return info;
}

}  // namespace

Result<std::shared_ptr<const OpenedModel>> Models::open(const std::string& path, const Dataset* data,
                                                        const std::vector<int64_t>& inputShape) {
    std::string key = identify(path) + '\n';
    for (const int64_t extent : data&& inputShape.empty() ? data->sampleShape() : inputShape) {
        key += std::to_string(extent) + ',';
    }
    if (const auto it = models_.find(key); it != models_.end()) {
        return it->second;
    }
    QS_ASSIGN(ImportedModel model, openModel(path));
    const std::vector<int64_t> shape = chooseInputShape(model, data, inputShape);
    QS_TRY(checkChannels(model.graph, shape, inputShape.empty() ? data : nullptr));
    QS_TRY(inferShapes(model.graph, shape));
    auto opened = std::make_shared<OpenedModel>();
    opened->info = describe(path, model);
    opened->graph = std::move(model.graph);
    opened->key = key;
    makeRoom(models_);
    return models_[key] = std::shared_ptr<const OpenedModel>(std::move(opened));
}

std::string Models::keyOf(const protocol::DataSpec& spec) {
    return nlohmann::json(spec).dump();
}

Result<std::shared_ptr<Dataset>> Models::openData(const protocol::DataSpec& spec) {
    const std::string key = keyOf(spec);
    if (const auto it = data_.find(key); it != data_.end()) {
        return it->second;
    }
    QS_ASSIGN(std::shared_ptr<Dataset> data, openDataset(spec.source, spec.preprocessing));
    makeRoom(data_);
    return data_[key] = std::move(data);
}

}  // namespace qs
