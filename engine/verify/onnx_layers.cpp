#include "verify/onnx_layers.h"

#include <onnx/onnx_pb.h>

#include <fstream>
#include <set>

#include "core/files.h"

namespace qs {

namespace fs = std::filesystem;

namespace {

std::set<std::string> externalFiles(const onnx::GraphProto& graph) {
    std::set<std::string> names;
    for (const auto& tensor : graph.initializer()) {
        for (const auto& entry : tensor.external_data()) {
            if (entry.key() == "location") {
                names.insert(entry.value());
            }
        }
    }
    return names;
}

/// A second name where the file system can give one, else a copy; once.
Status share(const fs::path& file, const fs::path& target) {
    std::error_code error;
    if (fs::exists(target, error)) {
        return {};
    }
    fs::create_hard_link(file, target, error);
    if (error) {
        fs::copy_file(file, target, error);
    }
    return error ? Status(failure("cannot use " + file.string() +
                                  ", which the model keeps its weights in: " + error.message()))
                 : Status();
}

}  // namespace

Result<OnnxWithLayers> writeOnnxWithLayers(const fs::path& path, const LayerTensors& layers,
                                           const fs::path& folder) {
    QS_ASSIGN(const std::string bytes, readFile(path));
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes)) {
        return failure(path.string() + " is no ONNX model");
    }
    onnx::GraphProto& graph = *model.mutable_graph();
    std::set<std::string> tensors;
    for (const auto& node : graph.node()) {
        tensors.insert(node.output().begin(), node.output().end());
    }
    OnnxWithLayers copy{folder / "quantoscope-layers.onnx", static_cast<size_t>(graph.output_size()), {}};
    std::map<std::string, size_t> given;  // layers may share a tensor
    for (const auto& [layer, names] : layers) {
        for (const std::string& name : names) {
            if (!tensors.contains(name)) {
                continue;
            }
            const auto [output, isNew] = given.try_emplace(name, static_cast<size_t>(graph.output_size()));
            if (isNew) {
                graph.add_output()->set_name(name);
            }
            copy.layers[layer].push_back(output->second);
        }
    }
    for (const std::string& file : externalFiles(graph)) {
        QS_TRY(share(path.parent_path() / file, folder / file));
    }
    std::ofstream stream(copy.path, std::ios::binary);
    if (!model.SerializeToOstream(&stream) || !stream.flush()) {
        return failure("cannot write " + copy.path.string() + ": make room in the temporary folder");
    }
    return copy;
}

}  // namespace qs
