#pragma once

#include <onnx/onnx_pb.h>

#include <string>

namespace qs {

/// Moves the weights out of the model into the bytes of a file beside it that is called `location`: ONNX's
/// external data, each tensor on a page of its own, so that runtimes can map it. Small constants stay.
std::string moveWeightsOut(onnx::ModelProto& model, const std::string& location);

}  // namespace qs
