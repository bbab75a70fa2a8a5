#pragma once

#include <ATen/core/Tensor.h>
#include <onnx/onnx_pb.h>
#include <map>

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "exporters/onnx/elements.h"
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
    OnnxAttributes& add(const std::string& name, const std::vector<std::string>& values);
    const std::vector<onnx::AttributeProto>& all() const { return attributes_; }

  private:
    onnx::AttributeProto& append(const std::string& name, onnx::AttributeProto::AttributeType type);

    std::vector<onnx::AttributeProto> attributes_;
};

/// Opsets that can be written.
inline constexpr int kOldestOnnxOpset = 13;
inline constexpr int kNewestOnnxOpset = 21;

/// Fills an ONNX model node by node and keeps the names of tensors and of nodes unique. An op is called by
/// its name, one of another operator set "com.microsoft::QLinearAdd".
class OnnxBuilder {
  public:
    /// Of kOldestOnnxOpset to kNewestOnnxOpset; the IR version is the oldest that goes with it.
    explicit OnnxBuilder(int opset);

    int opset() const { return opset_; }

    /// Keeps a tensor name from being given to initializers and results: it is a graph input's or output's.
    void reserve(const std::string& tensor) { tensorNames_.insert(tensor); }

    /// Graph input or output, named as said; an empty shape is that of a number. `symbols` names the extents
    /// that are free, an axis each, "" for the others; a negative extent without a symbol is free too.
    void addInput(const std::string& name, const Shape& shape, at::ScalarType dtype,
                  const std::vector<std::string>& symbols);
    void addOutput(const std::string& name, const Shape& shape, at::ScalarType dtype,
                   const std::vector<std::string>& symbols);

    /// A constant; returns its name. One of the size of weights that the model has already is not stored
    /// again: the name is that one's. Throws std::invalid_argument for a type that onnxType() does not know.
    std::string addInitializer(const std::string& wanted, const at::Tensor& tensor);

    /// Numbers of a quantized dtype as a constant of `element`; see packed().
    std::string addNumbers(const std::string& wanted, const at::Tensor& numbers, const OnnxElement& element);

    /// A node with one output, whose name is like `output`; returns that name.
    std::string addNode(const std::string& op, const std::string& name,
                        const std::vector<std::string>& inputs, const std::string& output,
                        const OnnxAttributes& attributes = {});

    /// The same for `count` outputs.
    std::vector<std::string> addNode(const std::string& op, const std::string& name,
                                     const std::vector<std::string>& inputs, const std::string& output,
                                     size_t count, const OnnxAttributes& attributes);

    /// Makes the tensor `made` available under the reserved name of a graph output: renames it where it is a
    /// node's result and has no such name yet, else copies it.
    void nameOutput(const std::string& made, const std::string& output);

    void addMetadata(const std::string& key, const std::string& value);
    onnx::ModelProto& model() { return model_; }

    /// What a person must know about the file.
    void addNote(std::string note) { notes_.push_back(std::move(note)); }
    const std::vector<std::string>& notes() const { return notes_; }

    /// The model uses version 1 of this operator set.
    void importOperators(const std::string& domain);

  private:
    /// Puts the initializer that was added last in place, or takes it back where there is an equal one.
    std::string place(const std::string& wanted);

    int opset_;
    std::vector<std::string> notes_;
    onnx::ModelProto model_;
    std::map<std::string, std::string> renamed_;  ///< tensors that became outputs
    std::unordered_set<std::string> tensorNames_;
    std::unordered_set<std::string> nodeNames_;
    std::unordered_multimap<size_t, int> initializers_;  ///< of the size of weights: hash -> index
};

}  // namespace qs
