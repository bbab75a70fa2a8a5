#pragma once

#include <cstdint>
#include <string>

namespace qs::test {

/// The ONNX model `bytes` with one to three parts of its tree mutated, as `seed` decides, and serialized
/// again, so that damage reaches what stands behind protobuf's parser: attributes, tensors, nodes and their
/// wires, inputs and outputs, opsets, subgraphs, functions, metadata. Throws where `bytes` is no model.
std::string mutateOnnx(const std::string& bytes, uint64_t seed);

/// The same, but what our exports say about themselves (metadata "quantoscope") is mutated as JSON, and
/// nothing else.
std::string mutateOnnxMetadata(const std::string& bytes, uint64_t seed);

}  // namespace qs::test
