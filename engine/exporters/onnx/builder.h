#pragma once

#include <ATen/core/Tensor.h>
#include <onnx/onnx_pb.h>

#include <string>
#include <unordered_set>
#include <vector>

#include "graph/graph.h"

namespace qs {

/// ONNX's name for an element type. Throws std::invalid_argument for one that it does not have.
onnx::TensorProto::DataType onnxType(at::ScalarType type);

/// Attributes of an ONNX node.
class OnnxAttributes {
  public:
    OnnxAttributes& add(const std::string& name, int64_t value);
    OnnxAttributes& add(const std::string& name, float value);
    OnnxAttributes& add(const std::string& name, const std::string& value);
    OnnxAttributes& add(const std::string& name, const std::vector<int64_t>& values);
    const std::vector<onnx::AttributeProto>& all() const { return attributes_; }

  private:
    onnx::AttributeProto& append(const std::string& name, onnx::AttributeProto::AttributeType type);

    std::vector<onnx::AttributeProto> attributes_;
};

/// Fills an ONNX model (opset 13) node by node and keeps the names of tensors and of nodes unique.
class OnnxBuilder {
  public:
    static constexpr int opset = 13;
    static constexpr int irVersion = 7;

    OnnxBuilder();

    /// Keeps a tensor name from being given to initializers and results: it is a graph input's or output's.
    void reserve(const std::string& tensor) { tensorNames_.insert(tensor); }

    /// Graph input or output, named as said; an empty shape is unknown. The first extent is the symbol
    /// `first`, or free where that is empty.
    void addInput(const std::string& name, const Shape& shape, at::ScalarType dtype,
                  const std::string& first);
    void addOutput(const std::string& name, const Shape& shape, at::ScalarType dtype,
                   const std::string& first);

    /// A constant; returns its name. Throws std::invalid_argument for a type that onnxType() does not know.
    std::string addInitializer(const std::string& wanted, const at::Tensor& tensor);

    /// A node with one output, whose name is like `output`; returns that name.
    std::string addNode(const std::string& op, const std::string& name,
                        const std::vector<std::string>& inputs, const std::string& output,
                        const OnnxAttributes& attributes = {});

    /// The same for `count` outputs.
    std::vector<std::string> addNode(const std::string& op, const std::string& name,
                                     const std::vector<std::string>& inputs, const std::string& output,
                                     size_t count, const OnnxAttributes& attributes);

    /// Makes `tensor` available under the reserved name of a graph output: renames it where it is a node's
    /// result and has no such name yet, else copies it.
    void nameOutput(const std::string& tensor, const std::string& output);

    void addMetadata(const std::string& key, const std::string& value);
    onnx::ModelProto& model() { return model_; }

  private:
    onnx::ModelProto model_;
    std::unordered_set<std::string> tensorNames_;
    std::unordered_set<std::string> nodeNames_;
};

}  // namespace qs
