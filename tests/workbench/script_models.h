#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

namespace qs::test {

/// Writes a TorchScript model: `forward` is its source ("def forward(self, x): ..."), `weights` its
/// parameters.
void saveScript(const std::string& path, const std::string& forward,
                const std::map<std::string, at::Tensor>& weights = {});

/// Writes a float32 or int64 tensor as .npy.
void saveNpy(const std::string& path, const at::Tensor& tensor);

}  // namespace qs::test
