#pragma once

#include <string>

namespace onnx {
class NodeProto;
}

namespace qs {

/// The path of the module that a node belongs to, from its name.
///
/// torch from 1.13 on writes "/features/features.3/conv/conv.0/conv.0.0/Conv": a component that repeats the
/// one before it and goes on with "." stands in its place, the last one is the operator:
/// "features.3.conv.0.0". Older torch writes "Conv_12": then the weight's name without ".weight", where it
/// has one. Other names stay; a node without one is called after its first output.
std::string onnxScope(const ::onnx::NodeProto& node);

}  // namespace qs
