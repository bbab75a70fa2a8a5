#pragma once

#include "core/result.h"

namespace onnx {
class ModelProto;
}

namespace qs {

/// Puts the bodies of the model's own functions (ONNX IR 8 and later) in the places of the nodes that call
/// them, in the main graph and in subgraphs. Values inside are named after the calling node. An error where
/// functions call each other without end.
Status inlineFunctions(::onnx::ModelProto& model);

}  // namespace qs
