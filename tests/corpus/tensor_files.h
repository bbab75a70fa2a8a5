#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

namespace qs::test {

struct NamedTensor {
    std::string name;
    at::Tensor tensor;
};

/// The tensors under `key` ("inputs", "outputs") of a reference file, as tests/corpus/corpus_files.py writes
/// them. Throws where the file is missing or not understood.
std::vector<NamedTensor> readTensors(const std::filesystem::path& file, const std::string& key);

/// Writes such a file with `tensors` as its "inputs".
void writeInputs(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors);

}  // namespace qs::test
