#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "core/result.h"

namespace qs {

/// The newest opset whose operators the installed ONNX library knows.
int newestCheckedOpset();

/// ONNX's own checker, and its shape inference as a second one: strict, every node's types and shapes. What
/// is inferred stays in the model for those who read it.
Status checkOnnx(onnx::ModelProto& model, const std::string& fileName);

/// What can be told of a model of any opset: every tensor is made once, and before it is read.
Status checkOnnxOrder(const onnx::GraphProto& graph, const std::string& fileName);

}  // namespace qs
