#include "graph/graph.h"

#include <algorithm>
#include <sstream>

namespace qs {

namespace {

ValueId append(std::vector<Value>& values, std::string name, NodeId producer) {
    Value value;
    value.id = ValueId{static_cast<int32_t>(values.size())};
    value.name = std::move(name);
    value.producer = producer;
    values.push_back(std::move(value));
    return values.back().id;
}

struct AttributePrinter {
    std::ostream& out;
    void operator()(bool v) const { out << (v ? "true" : "false"); }
    void operator()(int64_t v) const { out << v; }
    void operator()(double v) const { out << v; }
    void operator()(const std::string& v) const { out << '"' << v << '"'; }
    void operator()(const c10::IValue& v) const { out << '<' << v.tagKind() << '>'; }
    template <typename T>
    void operator()(const std::vector<T>& list) const {
        out << '[';
        for (size_t i = 0; i < list.size(); ++i) {
            out << (i ? ", " : "");
            (*this)(list[i]);
        }
        out << ']';
    }
};

}  // namespace

ValueId Graph::addInput(std::string name) {
    inputs_.push_back(append(values_, std::move(name), {}));
    return inputs_.back();
}

ValueId Graph::addConstant(std::string name, at::Tensor tensor) {
    const ValueId id = append(values_, std::move(name), {});
    value(id).shape = tensor.sizes().vec();
    value(id).constant = std::move(tensor);
    return id;
}

NodeId Graph::addNode(std::string op, std::string name, Attributes attrs, std::vector<ValueId> inputs,
                      const std::vector<std::string>& outputNames) {
    const NodeId id{static_cast<int32_t>(nodes_.size())};
    Node node{id, std::move(op), std::move(name), {}, std::move(attrs), std::move(inputs), {}};
    for (const auto& output : outputNames) {
        node.outputs.push_back(append(values_, output, id));
    }
    nodes_.push_back(std::move(node));
    return id;
}

void Graph::addOutput(ValueId value, std::string name) {
    outputs_.push_back(value);
    outputNames_.push_back(std::move(name));
}

void Graph::replaceUses(ValueId from, ValueId to) {
    for (auto& node : nodes_) {
        std::replace(node.inputs.begin(), node.inputs.end(), from, to);
    }
    std::replace(outputs_.begin(), outputs_.end(), from, to);
}

std::vector<NodeId> Graph::users(ValueId id) const {
    std::vector<NodeId> users;
    for (const auto& node : nodes_) {
        if (std::find(node.inputs.begin(), node.inputs.end(), id) != node.inputs.end()) {
            users.push_back(node.id);
        }
    }
    return users;
}

bool Graph::isOutput(ValueId id) const {
    return std::find(outputs_.begin(), outputs_.end(), id) != outputs_.end();
}

const Node* Graph::findNode(std::string_view name) const {
    const auto it = std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& n) { return n.name == name; });
    return it == nodes_.end() ? nullptr : &*it;
}

std::string Graph::uniqueNodeName(const std::string& wanted) const {
    std::string name = wanted;
    for (int i = 2; findNode(name); ++i) {
        name = wanted + "#" + std::to_string(i);
    }
    return name;
}

std::string Graph::dump() const {
    std::ostringstream out;
    const auto print = [&](ValueId id) {
        out << '%' << value(id).name;
        if (!value(id).shape.empty()) {
            AttributePrinter{out}(value(id).shape);
        }
    };
    for (const auto& node : nodes_) {
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            out << (i ? ", " : "");
            print(node.outputs[i]);
        }
        out << " = " << node.op << '[';
        bool first = true;
        for (const auto& [name, attribute] : node.attrs.all()) {
            out << (first ? "" : ", ") << name << '=';
            std::visit(AttributePrinter{out}, attribute);
            first = false;
        }
        out << "](";
        for (size_t i = 0; i < node.inputs.size(); ++i) {
            out << (i ? ", " : "");
            print(node.inputs[i]);
        }
        out << ")  # " << node.name << '\n';
    }
    return out.str();
}

}  // namespace qs
