#include "exporters/onnx/external_data.h"

namespace qs {

namespace {

constexpr size_t kPage = 4096;
constexpr size_t kSmall = 1024;  ///< bytes; scales, shapes and the like, which runtimes read while they load

void addEntry(onnx::TensorProto& tensor, const std::string& key, const std::string& value) {
    onnx::StringStringEntryProto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
}

size_t nextPage(size_t offset) {
    return (offset + kPage - 1) / kPage * kPage;
}

}  // namespace

std::string moveWeightsOut(onnx::ModelProto& model, const std::string& location) {
    size_t total = 0;
    for (const onnx::TensorProto& tensor : model.graph().initializer()) {
        total = tensor.raw_data().size() > kSmall ? nextPage(total) + tensor.raw_data().size() : total;
    }
    std::string data;
    data.reserve(total);
    for (onnx::TensorProto& tensor : *model.mutable_graph()->mutable_initializer()) {
        const size_t size = tensor.raw_data().size();
        if (size <= kSmall) {
            continue;
        }
        data.resize(nextPage(data.size()));
        tensor.set_data_location(onnx::TensorProto::EXTERNAL);
        addEntry(tensor, "location", location);
        addEntry(tensor, "offset", std::to_string(data.size()));
        addEntry(tensor, "length", std::to_string(size));
        data += tensor.raw_data();
        tensor.clear_raw_data();
    }
    return data;
}

}  // namespace qs
