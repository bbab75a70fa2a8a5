#pragma once

#include "graph/graph.h"

namespace qs {

/// Makes every constant that a node has as a parameter (OpDef::parameters) one value for all that train it as
/// one, and nobody else's. Nodes share a parameter where the file says so: they read one tensor, or they are
/// one module that is called several times. Equal tensors alone say nothing, for PyTorch pools those that it
/// writes into ONNX files and frozen modules: a tensor of one number all through (zeros of a fresh bias, ones
/// of a batch norm) is shared only among nodes that share another parameter or are one module.
void ownParameters(Graph& graph);

}  // namespace qs
