#pragma once

#include <torch/csrc/jit/api/module.h>

#include <map>
#include <string>
#include <vector>

#include "exporters/metadata.h"

namespace qs {

/// A method beside a module's forward that computes the same and returns the layers' tensors too.
struct LayerMethod {
    torch::jit::Method method;        ///< returns (what forward returns, tensor, tensor, ...)
    std::vector<std::string> layers;  ///< whose tensors these are, in order
};

/// Adds the method to a loaded module. `layers` that are not found in forward are left out. Throws what
/// LibTorch throws.
LayerMethod addLayerMethod(torch::jit::Module& module, const LayerTensors& layers);

}  // namespace qs
