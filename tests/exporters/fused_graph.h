#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "graph/quantized_graph.h"

namespace onnx {
class ModelProto;
}

namespace qs::test {

/// The ONNX file at `path`.
onnx::ModelProto readOnnx(const std::filesystem::path& path);

/// How many nodes of each type a model has.
std::map<std::string, int> countOps(const onnx::ModelProto& model);

/// Ops of an optimized graph that compute with real numbers between integers: what they read was dequantized,
/// and what they make, or what is made of it, is quantized again.
std::set<std::string> floatOpsBetweenIntegers(const onnx::ModelProto& optimized);

/// The network with int8 activations and z = 0, on grids that cover what the original ones do. `rounds`: what
/// it says about rounding before residual adds stays; else there is none.
QuantizedGraph symmetric(QuantizedGraph graph, bool rounds);

/// Whether the export target takes activations with zero points.
bool takesZeroPoints(const std::string& target);
/// The network as the target takes it.
QuantizedGraph forTarget(const QuantizedGraph& graph, const std::string& target);

}  // namespace qs::test
