#include "workbench/script_models.h"

#include <torch/csrc/jit/api/module.h>

#include <fstream>

namespace qs::test {

void saveScript(const std::string& path, const std::string& forward,
                const std::map<std::string, at::Tensor>& weights) {
    torch::jit::Module module("network");
    for (const auto& [name, tensor] : weights) {
        module.register_parameter(name, tensor, false);
    }
    module.define(forward);
    module.eval();
    module.save(path);
}

void saveNpy(const std::string& path, const at::Tensor& tensor) {
    const at::Tensor dense = tensor.contiguous();
    std::string shape;
    for (const int64_t extent : dense.sizes()) {
        shape += std::to_string(extent) + ", ";
    }
    std::string header = std::string("{'descr': '") + (dense.scalar_type() == at::kLong ? "<i8" : "<f4") +
                         "', 'fortran_order': False, 'shape': (" + shape + "), }";
    constexpr size_t kPrefix = 10, kAlignment = 64;
    header.append(kAlignment - (kPrefix + header.size() + 1) % kAlignment, ' ');
    header += '\n';
    std::ofstream stream(path, std::ios::binary);
    stream << "\x93NUMPY" << '\x01' << '\0' << static_cast<char>(header.size() % 256)
           << static_cast<char>(header.size() / 256) << header;
    stream.write(static_cast<const char*>(dense.data_ptr()), static_cast<std::streamsize>(dense.nbytes()));
}

}  // namespace qs::test
