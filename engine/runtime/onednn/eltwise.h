#pragma once

#include "runtime/onednn/kernel.h"

namespace qs::onednn {

/// An activation function of floats on oneDNN. Refuses integers, and parameters that oneDNN's form lacks.
Result<std::string> lowerEltwise(NodeBuilder& b);

}  // namespace qs::onednn
