#include "onnxruntime/tensor_files.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <array>
#include <fstream>

namespace qs {

namespace {

using nlohmann::json;

struct TypeName {
    const char* name;
    at::ScalarType type;
};

constexpr std::array kTypes{TypeName{"float32", at::kFloat}, TypeName{"float64", at::kDouble},
                            TypeName{"int64", at::kLong},    TypeName{"int32", at::kInt},
                            TypeName{"int8", at::kChar},     TypeName{"uint8", at::kByte},
                            TypeName{"bool", at::kBool}};

Result<json> writeTensor(const std::string& file, const at::Tensor& tensor) {
    const auto type = std::ranges::find(kTypes, tensor.scalar_type(), &TypeName::type);
    if (type == kTypes.end()) {
        return failure(std::string("a tensor of type ") + c10::toString(tensor.scalar_type()) +
                       " cannot be handed to another process");
    }
    const at::Tensor packed = tensor.contiguous();
    std::ofstream stream(file, std::ios::binary);
    stream.write(static_cast<const char*>(packed.data_ptr()), static_cast<std::streamsize>(packed.nbytes()));
    stream.close();
    if (!stream) {
        return failure("cannot write " + file);
    }
    return json{{"file", file}, {"type", type->name}, {"shape", packed.sizes().vec()}};
}

Result<at::Tensor> readTensor(const json& described) {
    const auto typeName = described.at("type").get<std::string>();
    const auto type = std::ranges::find(kTypes, typeName, [](const TypeName& t) { return t.name; });
    if (type == kTypes.end()) {
        return failure("output " + described.value("name", std::string("?")) + " is of type " + typeName +
                       ", which is not read here");
    }
    at::Tensor tensor = at::empty(described.at("shape").get<std::vector<int64_t>>(), type->type);
    const auto file = described.at("file").get<std::string>();
    std::ifstream stream(file, std::ios::binary);
    stream.read(static_cast<char*>(tensor.data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
    if (!stream) {
        return failure("cannot read the tensor in " + file);
    }
    return tensor;
}

}  // namespace

Result<json> writeTensors(const std::string& prefix, std::span<const at::Tensor> tensors) {
    json described = json::array();
    for (size_t i = 0; i < tensors.size(); ++i) {
        QS_ASSIGN(json tensor, writeTensor(prefix + std::to_string(i), tensors[i]));
        described.push_back(std::move(tensor));
    }
    return described;
}

Result<std::vector<at::Tensor>> readTensors(const json& described) {
    std::vector<at::Tensor> tensors;
    for (const json& tensor : described) {
        QS_ASSIGN(at::Tensor read, readTensor(tensor));
        tensors.push_back(std::move(read));
    }
    return tensors;
}

}  // namespace qs
