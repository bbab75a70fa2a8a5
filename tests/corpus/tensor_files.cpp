#include "corpus/tensor_files.h"

#include <ATen/ops/empty.h>

#include <array>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/files.h"

namespace qs::test {

namespace {

using nlohmann::json;

struct DtypeName {
    const char* name;
    at::ScalarType dtype;
};
constexpr std::array kDtypes{DtypeName{"float32", at::kFloat}, DtypeName{"float16", at::kHalf},
                             DtypeName{"int64", at::kLong},    DtypeName{"int32", at::kInt},
                             DtypeName{"bool", at::kBool},     DtypeName{"uint8", at::kByte}};

at::ScalarType dtypeOf(const std::string& name) {
    for (const DtypeName& one : kDtypes) {
        if (one.name == name) {
            return one.dtype;
        }
    }
    throw std::invalid_argument("no tensor type '" + name + "'");
}

std::string nameOf(at::ScalarType dtype) {
    for (const DtypeName& one : kDtypes) {
        if (one.dtype == dtype) {
            return one.name;
        }
    }
    throw std::invalid_argument(std::string("no name for ") + at::toString(dtype));
}

}  // namespace

std::vector<NamedTensor> readTensors(const std::filesystem::path& file, const std::string& key) {
    std::ifstream stream(file);
    std::vector<NamedTensor> tensors;
    for (const json& entry : json::parse(stream).at(key)) {
        const at::Tensor tensor =
            at::empty(entry.at("shape").get<std::vector<int64_t>>(), dtypeOf(entry.at("dtype")));
        const std::string bytes = readFile(file.parent_path() / entry.at("file").get<std::string>()).value();
        if (bytes.size() != tensor.nbytes()) {
            throw std::invalid_argument(file.string() + ": a tensor of another size");
        }
        std::memcpy(tensor.data_ptr(), bytes.data(), bytes.size());
        tensors.push_back({entry.at("name"), tensor});
    }
    return tensors;
}

void writeInputs(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors) {
    json entries = json::array();
    for (size_t i = 0; i < tensors.size(); ++i) {
        const at::Tensor packed = tensors[i].tensor.contiguous();
        const std::string name = file.stem().string() + std::to_string(i) + ".bin";
        std::ofstream(file.parent_path() / name, std::ios::binary)
            .write(static_cast<const char*>(packed.data_ptr()),
                   static_cast<std::streamsize>(packed.nbytes()));
        entries.push_back({{"name", tensors[i].name},
                           {"dtype", nameOf(packed.scalar_type())},
                           {"shape", packed.sizes().vec()},
                           {"file", name}});
    }
    std::ofstream(file) << json{{"inputs", entries}}.dump();
}

}  // namespace qs::test
