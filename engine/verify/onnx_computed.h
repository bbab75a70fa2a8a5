#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/result.h"
#include "verify/file_runtime.h"

namespace qs {

/// By tensor, what makes it in an ONNX model that a runtime has optimized: the operator on integers, or those
/// on real numbers between the DequantizeLinear before and the QuantizeLinear that makes it. What only moves
/// or clips values does not count. Left out are tensors that nothing else makes.
Result<std::map<std::string, FileSession::Computed>> readComputed(const std::filesystem::path& optimized);

}  // namespace qs
