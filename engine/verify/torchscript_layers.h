#pragma once

#include <torch/csrc/jit/api/module.h>

#include <map>
#include <string>
#include <vector>

#include "exporters/metadata.h"
#include "verify/file_runtime.h"

namespace qs {

/// A method beside a module's forward that computes the same and returns the layers' tensors too.
struct LayerMethod {
    torch::jit::Method method;        ///< returns (what forward returns, tensor, tensor, ...)
    std::vector<std::string> layers;  ///< whose tensors these are, in order
};

/// Adds the method to a loaded module. `layers` that are not found in forward are left out. Throws what
/// LibTorch throws.
LayerMethod addLayerMethod(torch::jit::Module& module, const LayerTensors& layers);

/// What computes the tensor in forward: "quantized::conv2d_relu"; where it is quantized from real numbers,
/// the operators on those. Nothing where forward has no such tensor. Throws what LibTorch throws.
std::optional<FileSession::Computed> torchScriptComputed(const torch::jit::Module& module,
                                                         const std::string& tensor);

}  // namespace qs
