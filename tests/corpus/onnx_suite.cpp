#include "corpus/onnx_suite.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "importers/onnx/tensors.h"

namespace qs::test {

namespace fs = std::filesystem;

namespace {

const fs::path kFolder = "/usr/share/libonnx-testdata/data";

/// One tensor of a data set, of this type of ONNX.
at::Tensor readTensor(const fs::path& file, int type) {
    ::onnx::TensorProto proto;
    std::ifstream stream(file, std::ios::binary);
    if (!proto.ParseFromIstream(&stream)) {
        throw std::runtime_error(file.string() + " holds no tensor");
    }
    if (type == ::onnx::TensorProto::BFLOAT16) {
        proto.set_data_type(type);  // which the files keep as the integers of 16 bits that numpy has
    }
    const at::Tensor tensor = OnnxTensorReader(file).take(proto);
    return tensor.scalar_type() == at::kDouble ? tensor.to(at::kFloat) : tensor;
}

/// As many as `declared` says, in its types.
template <typename Declared>
std::vector<at::Tensor> readTensors(const fs::path& folder, const std::string& kind,
                                    const Declared& declared) {
    std::vector<at::Tensor> tensors;
    for (int i = 0; fs::exists(folder / (kind + "_" + std::to_string(i) + ".pb")); ++i) {
        tensors.push_back(readTensor(folder / (kind + "_" + std::to_string(i) + ".pb"),
                                     declared.Get(i).type().tensor_type().elem_type()));
    }
    return tensors;
}

std::vector<fs::path> sortedEntries(const fs::path& folder) {
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(folder)) {
        entries.push_back(entry.path());
    }
    std::ranges::sort(entries);
    return entries;
}

bool matches(const std::string& pattern, const std::string& name) {
    return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : name == pattern;
}

}  // namespace

std::map<std::string, std::vector<SuiteModel>> suiteGroups() {
    std::map<std::string, std::vector<SuiteModel>> groups;
    for (const std::string folder : {"node", "simple", "pytorch-converted", "pytorch-operator"}) {
        if (!fs::exists(kFolder / folder)) {
            continue;
        }
        for (const fs::path& entry : sortedEntries(kFolder / folder)) {
            const std::string name = entry.filename().string();
            std::string group = folder == "node" ? "node_" + name.substr(5, 1) : folder;
            std::ranges::replace(group, '-', '_');
            groups[group].push_back({name, entry / "model.onnx"});
        }
    }
    return groups;
}

::onnx::ModelProto readModel(const fs::path& file) {
    ::onnx::ModelProto model;
    std::ifstream stream(file, std::ios::binary);
    if (!model.ParseFromIstream(&stream)) {
        throw std::runtime_error(file.string() + " holds no model");
    }
    return model;
}

namespace {

std::string misfitOf(const ::onnx::ModelProto& proto, const std::vector<at::Tensor>& inputs) {
    for (size_t i = 0; i < inputs.size(); ++i) {
        const auto& declared = proto.graph().input(static_cast<int>(i));
        const auto& type = declared.type().tensor_type();
        if (type.has_shape() && inputs[i].dim() != type.shape().dim_size()) {
            return "its input " + declared.name() + " has " + std::to_string(inputs[i].dim()) +
                   " dimensions, not " + std::to_string(type.shape().dim_size());
        }
    }
    return {};
}

}  // namespace

std::vector<SuiteData> dataOf(const SuiteModel& model) {
    std::vector<SuiteData> sets;
    const ::onnx::ModelProto proto = readModel(model.file);
    for (const fs::path& entry : sortedEntries(model.file.parent_path())) {
        if (fs::is_directory(entry)) {
            SuiteData& data =
                sets.emplace_back(SuiteData{readTensors(entry, "input", proto.graph().input()),
                                            readTensors(entry, "output", proto.graph().output())});
            for (const auto& output : proto.graph().output()) {
                data.isShort.push_back(output.type().tensor_type().elem_type() ==
                                       ::onnx::TensorProto::BFLOAT16);
            }
            data.misfit = misfitOf(proto, data.inputs);
        }
    }
    return sets;
}

RefusedModels::RefusedModels(const fs::path& list) {
    std::ifstream stream(list);
    Refusal refusal;
    for (std::string line; std::getline(stream, line);) {
        if (line.empty() || line[0] == '#') {
            continue;
        }
        if (line[0] == ' ') {
            std::istringstream names(line);
            for (std::string name; names >> name;) {
                entries_.push_back({name, refusal});
            }
            continue;
        }
        const size_t colon = line.find(": ");
        refusal = {line.substr(0, colon), line.substr(colon + 2)};
    }
}

std::vector<Refusal> RefusedModels::of(const std::string& model) const {
    std::vector<Refusal> refusals;
    for (const Entry& entry : entries_) {
        if (matches(entry.name, model)) {
            refusals.push_back(entry.refusal);
        }
    }
    return refusals;
}

std::vector<std::string> RefusedModels::strangers(const std::vector<std::string>& models) const {
    std::vector<std::string> found;
    for (const Entry& entry : entries_) {
        if (std::ranges::none_of(models, [&](const auto& model) { return matches(entry.name, model); })) {
            found.push_back(entry.name);
        }
    }
    return found;
}

}  // namespace qs::test
