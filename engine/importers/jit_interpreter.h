#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "importers/tracer.h"

namespace torch::jit {
struct Module;
}

namespace qs {

/// Runs a TorchScript module's forward on the tracer's activations, and so writes down what it does. Traced
/// and scripted modules alike: methods and functions are called, control flow on constants and shapes is
/// followed, loops run, lists and objects are what they are in Python. Layers are named by the attributes
/// through which the module reaches them. Returns its tensors in order, each with a name. A quantized
/// module's integers are written as markers (Tracer::quantize). Throws ImportError for what depends on the
/// data.
std::vector<std::pair<std::string, at::Tensor>> interpret(const torch::jit::Module& module,
                                                          const std::vector<at::Tensor>& inputs,
                                                          Tracer& tracer, std::vector<std::string>& notes);

}  // namespace qs
