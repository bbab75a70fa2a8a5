#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace qs::test {

/// The outputs of a .ptl file's bytes in this process' lite interpreter on qnnpack, as float32.
std::vector<at::Tensor> runLiteOutputs(const std::string& bytes, const at::Tensor& input);
/// The only one.
at::Tensor runLite(const std::string& bytes, const at::Tensor& input);

}  // namespace qs::test
