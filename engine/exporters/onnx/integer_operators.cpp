#include "exporters/onnx/integer_operators.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace qs {

namespace {

using Node = onnx::NodeProto;
using Names = std::vector<std::string>;

/// An op between integers: the DequantizeLinear of each input that has one, and the QuantizeLinear behind.
struct Pattern {
    const Node& op;
    std::vector<const Node*> inputs;
    const Node& output;

    Names integers(size_t i) const {
        const Node& from = *inputs.at(i);
        return {from.input(0), from.input(1), from.input(2)};
    }
    Names outputGrid() const { return {output.input(1), output.input(2)}; }
};

/// An operator on integers: its name and its inputs.
struct Fused {
    std::string op;
    Names inputs;
};

using Rule = std::function<std::optional<Fused>(const Pattern&)>;

Names joined(std::initializer_list<Names> lists) {
    Names all;
    for (const Names& list : lists) {
        all.insert(all.end(), list.begin(), list.end());
    }
    return all;
}

std::optional<Fused> convolution(const Pattern& p) {
    Names inputs = joined({p.integers(0), p.integers(1), p.outputGrid()});
    if (p.op.input_size() > 2) {
        inputs.push_back(p.integers(2).front());
    }
    return Fused{"QLinearConv", inputs};
}

std::optional<Fused> matrixProduct(const Pattern& p) {
    return Fused{"QLinearMatMul", joined({p.integers(0), p.integers(1), p.outputGrid()})};
}

std::optional<Fused> gemm(const Pattern& p) {
    const Names bias = p.op.input_size() > 2 ? Names{p.integers(2).front()} : Names{""};
    return Fused{"com.microsoft::QGemm", joined({p.integers(0), p.integers(1), bias, p.outputGrid()})};
}

std::optional<Fused> concatenation(const Pattern& p) {
    Names inputs = p.outputGrid();
    for (size_t i = 0; i < p.inputs.size(); ++i) {
        const Names one = p.integers(i);
        inputs.insert(inputs.end(), one.begin(), one.end());
    }
    return Fused{"com.microsoft::QLinearConcat", inputs};
}

Rule unary(const std::string& op) {
    return [op](const Pattern& p) -> std::optional<Fused> {
        return Fused{"com.microsoft::" + op, joined({p.integers(0), p.outputGrid()})};
    };
}

Rule binary(const std::string& op) {
    return [op](const Pattern& p) -> std::optional<Fused> {
        return Fused{"com.microsoft::" + op, joined({p.integers(0), p.integers(1), p.outputGrid()})};
    };
}

/// The op itself, on integers; its result must lie on its input's grid.
std::optional<Fused> moved(const Pattern& p) {
    if (p.integers(0)[1] != p.output.input(1)) {
        return std::nullopt;
    }
    Names inputs(p.op.input().begin(), p.op.input().end());
    inputs.front() = p.integers(0).front();
    return Fused{p.op.op_type(), inputs};
}

std::optional<Fused> resized(const Pattern& p) {
    for (const onnx::AttributeProto& attribute : p.op.attribute()) {
        if (attribute.name() == "mode" && attribute.s() != "nearest") {
            return std::nullopt;
        }
    }
    return moved(p);
}

/// A rule, and how many of the op's first inputs are tensors of real numbers (0: all).
struct Entry {
    Rule rule;
    int tensors = 1;
};

const std::map<std::string, Entry>& rules() {
    static const std::map<std::string, Entry> all = [] {
        std::map<std::string, Entry> rules{
            {"Add", {binary("QLinearAdd"), 0}},
            {"AveragePool", {unary("QLinearAveragePool")}},
            {"Concat", {concatenation, 0}},
            {"Conv", {convolution, 0}},
            {"Gemm", {gemm, 0}},
            {"GlobalAveragePool", {unary("QLinearGlobalAveragePool")}},
            {"LeakyRelu", {unary("QLinearLeakyRelu")}},
            {"MatMul", {matrixProduct, 0}},
            {"Mul", {binary("QLinearMul"), 0}},
            {"Resize", {resized}},
            {"Sigmoid", {unary("QLinearSigmoid")}},
        };
        for (const char* op :
             {"DepthToSpace", "Expand", "Flatten", "Gather", "MaxPool", "Reshape", "Slice", "Transpose"}) {
            rules.emplace(op, Entry{moved});
        }
        return rules;
    }();
    return all;
}

class Fuser {
  public:
    explicit Fuser(OnnxBuilder& builder) : builder_(builder), graph_(*builder.model().mutable_graph()) {
        for (const Node& node : graph_.node()) {
            for (const std::string& output : node.output()) {
                makers_[output] = &node;
            }
            for (const std::string& input : node.input()) {
                readers_[input].push_back(&node);
            }
        }
        for (const onnx::ValueInfoProto& output : graph_.output()) {
            outputs_.insert(output.name());
        }
    }

    void run() {
        for (Node& node : *graph_.mutable_node()) {
            fuse(node);
        }
        while (dropUnread()) {
        }
    }

  private:
    const Node* makerOf(const std::string& tensor, const char* op) const {
        const auto found = makers_.find(tensor);
        return found != makers_.end() && found->second->op_type() == op ? found->second : nullptr;
    }

    /// The one reader of a node's one result, where that is a QuantizeLinear.
    const Node* quantizerOf(const Node& node) const {
        if (node.output_size() != 1 || outputs_.contains(node.output(0))) {
            return nullptr;
        }
        const auto readers = readers_.find(node.output(0));
        return readers != readers_.end() && readers->second.size() == 1 &&
                       readers->second.front()->op_type() == "QuantizeLinear"
                   ? readers->second.front()
                   : nullptr;
    }

    void fuse(Node& node) {
        const auto entry = rules().find(node.op_type());
        if (entry == rules().end() || !node.domain().empty()) {
            return;
        }
        const Node* quantizer = quantizerOf(node);
        if (quantizer == nullptr) {
            return;
        }
        const int tensors = entry->second.tensors == 0 ? node.input_size() : entry->second.tensors;
        Pattern pattern{node, {}, *quantizer};
        for (int i = 0; i < tensors; ++i) {
            pattern.inputs.push_back(makerOf(node.input(i), "DequantizeLinear"));
            if (pattern.inputs.back() == nullptr) {
                return;
            }
        }
        if (const auto fused = entry->second.rule(pattern)) {
            replace(node, *quantizer, *fused);
        }
    }

    /// The op becomes the one on integers and makes what the QuantizeLinear made.
    void replace(Node& node, const Node& quantizer, const Fused& fused) {
        const size_t at = fused.op.find("::");
        if (at != std::string::npos) {
            builder_.importOperators(fused.op.substr(0, at));
            node.set_domain(fused.op.substr(0, at));
        }
        node.set_op_type(at == std::string::npos ? fused.op : fused.op.substr(at + 2));
        node.clear_input();
        for (const std::string& input : fused.inputs) {
            node.add_input(input);
        }
        node.set_output(0, quantizer.output(0));
        gone_.insert(&quantizer);
    }

    /// Removes nodes that were fused away, and those that nothing reads any more.
    bool dropUnread() {
        std::set<std::string> read = outputs_;
        for (const Node& node : graph_.node()) {
            if (!gone_.contains(&node)) {
                read.insert(node.input().begin(), node.input().end());
            }
        }
        google::protobuf::RepeatedPtrField<Node> kept;
        for (const Node& node : graph_.node()) {
            const bool isRead = std::any_of(node.output().begin(), node.output().end(),
                                            [&](const std::string& output) { return read.contains(output); });
            if (isRead && !gone_.contains(&node)) {
                *kept.Add() = node;
            }
        }
        const bool dropped = kept.size() < graph_.node_size();
        gone_.clear();
        graph_.mutable_node()->Swap(&kept);
        return dropped;
    }

    OnnxBuilder& builder_;
    onnx::GraphProto& graph_;
    std::map<std::string, const Node*> makers_;
    std::map<std::string, std::vector<const Node*>> readers_;
    std::set<std::string> outputs_;
    std::set<const Node*> gone_;
};

/// Constants that only nodes which are gone have read.
void dropUnreadConstants(onnx::GraphProto& graph) {
    std::set<std::string> read;
    for (const Node& node : graph.node()) {
        read.insert(node.input().begin(), node.input().end());
    }
    for (const onnx::ValueInfoProto& output : graph.output()) {
        read.insert(output.name());
    }
    google::protobuf::RepeatedPtrField<onnx::TensorProto> kept;
    for (onnx::TensorProto& constant : *graph.mutable_initializer()) {
        if (read.contains(constant.name())) {
            kept.Add()->Swap(&constant);
        }
    }
    graph.mutable_initializer()->Swap(&kept);
}

}  // namespace

void fuseIntoIntegerOperators(OnnxBuilder& builder) {
    Fuser(builder).run();
    dropUnreadConstants(*builder.model().mutable_graph());
}

}  // namespace qs
