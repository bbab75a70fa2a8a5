#include "workbench/models.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ops/parameters.h"
#include "protocol/json.h"
#include "quant/ptq.h"
#include "workbench/file_recipe.h"
#include "workbench/messages.h"
#include "workbench/model_inputs.h"

namespace qs {

namespace {

constexpr size_t kMostCached = 4;

template <typename Map>
void makeRoom(Map& cache) {
    if (cache.size() >= kMostCached) {
        cache.clear();
    }
}

}  // namespace

std::string identify(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    const auto time = std::filesystem::last_write_time(path, error);
    return path + '\n' + std::to_string(size) + '\n' + std::to_string(time.time_since_epoch().count());
}

namespace {

std::string identifySources(const protocol::DataSpec& spec) {
    std::string text;
    for (const std::string& path : sourcesOf(spec)) {
        text += '\n' + identify(path);
    }
    return text;
}

std::string textOf(const std::vector<InputSpec>& inputs) {
    std::string text;
    for (const auto& input : inputs) {
        text += input.name + (input.dtype ? c10::toString(*input.dtype) : "") + ':';
        for (const int64_t extent : input.shape) {
            text += std::to_string(extent) + ',';
        }
    }
    return text;
}

Status checkData(const Graph& graph, const Dataset* data) {
    if (data) {
        QS_TRY(mapInputs(graph, *data));
    }
    return {};
}

/// The extents that the network was traced at, but free where the file declares them so.
std::vector<Shape> declaredShapes(const ImportedModel& model) {
    std::vector<Shape> shapes;
    for (size_t i = 0; i < model.graph.inputs().size(); ++i) {
        Shape shape = model.graph.value(model.graph.inputs()[i]).shape;
        const Shape declared = i < model.declared.size() ? model.declared[i].shape : Shape();
        for (size_t axis = 1; axis < shape.size() && declared.size() == shape.size(); ++axis) {
            shape[axis] = declared[axis] < 0 ? -1 : shape[axis];
        }
        shapes.push_back(std::move(shape));
    }
    return shapes;
}

protocol::TensorInfo describe(const std::string& name, const Value& value) {
    return {name, c10::toString(value.dtype), value.shape};
}

/// The first parameters that are not finite; a damaged file may have one in every layer.
void noteNotFinite(const Graph& graph, std::vector<std::string>& notes) {
    constexpr size_t kMostNamed = 3;
    const auto bad = parametersNotFinite(graph);
    for (size_t i = 0; i < std::min(bad.size(), kMostNamed); ++i) {
        notes.push_back(bad[i].text);
    }
    if (bad.size() > kMostNamed) {
        notes.push_back("and " + std::to_string(bad.size() - kMostNamed) +
                        " more parameters that are not finite");
    }
}

Result<protocol::ModelInfo> describe(const std::string& path, const ImportedModel& model) {
    protocol::ModelInfo info;
    info.path = path;
    info.format = model.format;
    info.classes = model.classes;
    std::error_code error;
    info.model_bytes = static_cast<int64_t>(std::filesystem::file_size(path, error));
    info.notes = model.notes;
    noteNotFinite(model.graph, info.notes);
    info.batch = model.graph.fixedBatch();
    for (const ValueId input : model.graph.inputs()) {
        info.inputs.push_back(describe(model.graph.value(input).name, model.graph.value(input)));
    }
    for (size_t i = 0; i < model.graph.outputs().size(); ++i) {
        info.outputs.push_back(
            describe(model.graph.outputNames().at(i), model.graph.value(model.graph.outputs()[i])));
    }
    info.layers = describeLayers(model.graph);
    for (const auto& layer : info.layers) {
        info.parameters += layer.parameters;
        info.macs += layer.macs;
    }
    if (model.quantization) {
        auto file = fileRecipe(model);
        if (!file) {
            return failure(path + ": " + file.error().message);
        }
        info.recipe = std::move(file->recipe);
        info.notes.insert(info.notes.begin(), std::move(file->note));
    }
    return info;
}

}  // namespace

const Result<Network>& OpenedModel::network() const {
    std::call_once(networkOnce_, [this] { network_ = fold(graph); });
    return *network_;
}

const Result<QuantizedGraph>& OpenedModel::reference() const {
    std::call_once(referenceOnce_, [this] {
        const auto& folded = network();
        reference_ = folded ? convertFloat(*folded) : folded.error();
    });
    return *reference_;
}

Error notOpen(const std::string& path) {
    return failure(path + " is not open, or has changed since: open it first", {{"model", path}});
}

std::vector<std::string> sourcesOf(const protocol::DataSpec& spec) {
    std::vector<std::string> paths;
    std::string source = spec.source.substr(spec.source.find(':') + 1) + ',' + spec.labels;
    std::replace(source.begin(), source.end(), '=', ',');
    std::istringstream parts(source);
    for (std::string part; std::getline(parts, part, ',');) {
        std::error_code error;
        if (!part.empty() && std::filesystem::exists(part, error)) {
            paths.push_back(part);
        }
    }
    return paths;
}

Result<std::shared_ptr<const OpenedModel>> Models::open(const std::string& path, const Dataset* data,
                                                        const std::vector<protocol::TensorInfo>& given,
                                                        const Job& job) {
    QS_ASSIGN(const std::vector<InputSpec> wanted, wantedInputs(given, data));
    const std::string key = identify(path) + '\n' + textOf(wanted);
    const auto asLast = [&](std::shared_ptr<const OpenedModel> model) {
        const std::lock_guard lock(mutex_);
        last_[path] = model;
        return model;
    };
    if (const auto it = models_.find(key); it != models_.end()) {
        QS_TRY(checkData(it->second->graph, data));
        return asLast(it->second);
    }
    QS_ASSIGN(ImportedModel model, openModelWith(path, wanted, data && given.empty(), job));
    QS_TRY(checkData(model.graph, data));
    auto opened = std::make_shared<OpenedModel>();
    QS_ASSIGN(opened->info, describe(path, model));
    opened->declaredShapes = declaredShapes(model);
    opened->graph = std::move(model.graph);
    opened->key = key;
    makeRoom(models_);
    return asLast(models_[key] = std::shared_ptr<const OpenedModel>(std::move(opened)));
}

std::shared_ptr<const OpenedModel> Models::known(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto found = last_.find(path);
    auto opened = found != last_.end() ? found->second.lock() : nullptr;
    return opened && opened->key.starts_with(identify(path) + '\n') ? opened : nullptr;
}

std::string Models::keyOf(const protocol::DataSpec& spec) {
    return nlohmann::json(spec).dump() + identifySources(spec);
}

Result<std::shared_ptr<Dataset>> Models::openData(const protocol::DataSpec& spec) {
    const std::string key = keyOf(spec);
    if (const auto it = data_.find(key); it != data_.end()) {
        return it->second;
    }
    QS_ASSIGN(std::shared_ptr<Dataset> data, openDataset(spec));
    makeRoom(data_);
    return data_[key] = std::move(data);
}

}  // namespace qs
