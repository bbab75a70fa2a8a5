#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "graph/attributes.h"
#include "graph/qparams.h"

namespace qs {

/// Index of a value or node in its graph. Invalid (negative) when default-constructed.
template <typename Tag>
struct Id {
    int32_t index = -1;
    bool valid() const { return index >= 0; }
    bool operator==(const Id&) const = default;
    bool operator<(const Id& other) const { return index < other.index; }
};
using ValueId = Id<struct ValueTag>;
using NodeId = Id<struct NodeTag>;

/// Extents in elements, outermost first; images are N, C, H, W. Empty for a scalar or where not known yet.
using Shape = std::vector<int64_t>;

/// A tensor that flows along an edge, or a constant (weight, bias, statistic).
struct Value {
    ValueId id;
    std::string name;  ///< unique; for a parameter its qualified name ("layer1.0.conv1.weight")
    Shape shape;       ///< at the input shapes that the model was opened with
    at::ScalarType dtype = at::kFloat;
    std::optional<at::Tensor> constant;
    NodeId producer;  ///< invalid for graph inputs and constants
    /// The grid on which the file holds the value, where that is a quantized one. A constant lies on it
    /// exactly.
    std::optional<QParams> qparams = {};
};

/// One operation. `op` is an op entry's name (engine/ops) or an ATen overload ("aten::silu") that only
/// LibTorch's dispatcher runs. `name` is the model's own qualified layer name ("layer4.1.conv2"), unique in
/// the graph. `scope` is the path of the module that it belongs to, from which names are made.
struct Node {
    NodeId id;
    std::string op;
    std::string name;
    std::string scope = {};
    Attributes attrs;
    std::vector<ValueId> inputs;
    std::vector<ValueId> outputs;
};

/// Float network: nodes in topological order, values with shapes, weights as tensors. A node's id is its
/// place in that order. Appending and inserting keep the order topological; copying shares weight storage.
class Graph {
  public:
    ValueId addInput(std::string name);
    ValueId addConstant(std::string name, at::Tensor tensor);
    /// Appends a node with one fresh value per output name and returns its id.
    NodeId addNode(std::string op, std::string name, Attributes attrs, std::vector<ValueId> inputs,
                   const std::vector<std::string>& outputNames);
    /// The same right in front of `place`, or right behind it. Ids of the nodes that follow grow by one; ids
    /// of values stay. Throws std::invalid_argument where the node would read a value that is made later.
    NodeId insertBefore(NodeId place, std::string op, std::string name, Attributes attrs,
                        std::vector<ValueId> inputs, const std::vector<std::string>& outputNames);
    NodeId insertBehind(NodeId place, std::string op, std::string name, Attributes attrs,
                        std::vector<ValueId> inputs, const std::vector<std::string>& outputNames);
    void addOutput(ValueId value, std::string name);
    /// What a node reads is changed by these alone: the graph knows the readers of every value.
    void setInputs(NodeId node, std::vector<ValueId> inputs);
    void setInput(NodeId node, size_t index, ValueId value);
    /// Readers of `from`, the graph's outputs included, read `to` instead.
    void replaceUses(ValueId from, ValueId to);
    /// The only batch size that the network runs, because it uses it as a number; 0: any.
    int64_t fixedBatch() const { return fixedBatch_; }
    void setFixedBatch(int64_t batch) { fixedBatch_ = batch; }

    const std::vector<Node>& nodes() const { return nodes_; }
    const std::vector<Value>& values() const { return values_; }
    const Node& node(NodeId id) const { return nodes_.at(static_cast<size_t>(id.index)); }
    Node& node(NodeId id) { return nodes_.at(static_cast<size_t>(id.index)); }
    const Value& value(ValueId id) const { return values_.at(static_cast<size_t>(id.index)); }
    Value& value(ValueId id) { return values_.at(static_cast<size_t>(id.index)); }
    const std::vector<ValueId>& inputs() const { return inputs_; }
    const std::vector<ValueId>& outputs() const { return outputs_; }
    const std::vector<std::string>& outputNames() const { return outputNames_; }
    const at::Tensor& constant(ValueId id) const { return *value(id).constant; }

    /// Nodes that read `id`, in order, once per node. The list changes with the graph.
    const std::vector<NodeId>& users(ValueId id) const { return usesOf(id).readers; }
    bool isOutput(ValueId id) const { return usesOf(id).outputs > 0; }
    const Node* findNode(std::string_view name) const;

    /// A name like `wanted` that no node has yet ("conv", then "conv#2", "conv#3" ...).
    std::string uniqueNodeName(const std::string& wanted) const;

    /// The text form that parseGraph() reads (graph/parse_graph.h says how it is written). Constants of more
    /// elements than `mostElements` are written as `constant[omitted]`, which it refuses.
    std::string dump(int64_t mostElements = 64) const;

  private:
    /// Who needs a value: the nodes that read it, ascending, and how many of the graph's outputs it is.
    struct Uses {
        std::vector<NodeId> readers;
        int64_t outputs = 0;
    };
    const Uses& usesOf(ValueId id) const { return uses_.at(static_cast<size_t>(id.index)); }
    Uses& usesOf(ValueId id) { return uses_.at(static_cast<size_t>(id.index)); }
    ValueId append(std::string name, NodeId producer);
    /// Makes room for a node of this id: those from there on have ids one greater.
    void shiftNodes(NodeId from);
    void addReader(ValueId value, NodeId reader);
    void removeReader(ValueId value, NodeId reader);

    std::vector<Node> nodes_;
    std::vector<Value> values_;
    std::vector<Uses> uses_;  ///< of each value
    std::vector<ValueId> inputs_;
    std::vector<ValueId> outputs_;
    std::vector<std::string> outputNames_;
    int64_t fixedBatch_ = 0;
};

}  // namespace qs
