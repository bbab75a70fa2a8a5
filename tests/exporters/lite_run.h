#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace qs::test {

/// The first output of a .ptl file's bytes in this process' lite interpreter on qnnpack, as float32.
at::Tensor runLite(const std::string& bytes, const at::Tensor& input);

}  // namespace qs::test
