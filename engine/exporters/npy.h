#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace qs {

/// A tensor of float32, integers or truth values as an .npy file (version 1.0, C order), which numpy.load
/// reads.
std::string toNpy(const at::Tensor& tensor);

}  // namespace qs
