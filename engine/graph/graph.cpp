#include "graph/graph.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace qs {

namespace {

std::vector<ValueId> distinct(std::vector<ValueId> ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

std::vector<ValueId> difference(const std::vector<ValueId>& a, const std::vector<ValueId>& b) {
    std::vector<ValueId> rest;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(rest));
    return rest;
}

}  // namespace

ValueId Graph::append(std::string name, NodeId producer) {
    Value value;
    value.id = ValueId{static_cast<int32_t>(values_.size())};
    value.name = std::move(name);
    value.producer = producer;
    values_.push_back(std::move(value));
    uses_.emplace_back();
    return values_.back().id;
}

void Graph::addReader(ValueId value, NodeId reader) {
    auto& readers = usesOf(value).readers;
    const auto place = std::lower_bound(readers.begin(), readers.end(), reader);
    if (place == readers.end() || *place != reader) {
        readers.insert(place, reader);
    }
}

void Graph::removeReader(ValueId value, NodeId reader) {
    auto& readers = usesOf(value).readers;
    readers.erase(std::lower_bound(readers.begin(), readers.end(), reader));
}

ValueId Graph::addInput(std::string name) {
    inputs_.push_back(append(std::move(name), {}));
    return inputs_.back();
}

ValueId Graph::addConstant(std::string name, at::Tensor tensor) {
    const ValueId id = append(std::move(name), {});
    value(id).shape = tensor.sizes().vec();
    value(id).constant = std::move(tensor);
    return id;
}

NodeId Graph::addNode(std::string op, std::string name, Attributes attrs, std::vector<ValueId> inputs,
                      const std::vector<std::string>& outputNames) {
    return insertBefore(NodeId{static_cast<int32_t>(nodes_.size())}, std::move(op), std::move(name),
                        std::move(attrs), std::move(inputs), outputNames);
}

NodeId Graph::insertBehind(NodeId place, std::string op, std::string name, Attributes attrs,
                           std::vector<ValueId> inputs, const std::vector<std::string>& outputNames) {
    return insertBefore(NodeId{place.index + 1}, std::move(op), std::move(name), std::move(attrs),
                        std::move(inputs), outputNames);
}

NodeId Graph::insertBefore(NodeId place, std::string op, std::string name, Attributes attrs,
                           std::vector<ValueId> inputs, const std::vector<std::string>& outputNames) {
    for (const ValueId input : inputs) {
        if (const NodeId producer = value(input).producer; producer.valid() && !(producer < place)) {
            throw std::invalid_argument("node '" + name + "' would read '" + value(input).name +
                                        "' before it is made");
        }
    }
    shiftNodes(place);
    Node node{place, std::move(op), std::move(name), {}, std::move(attrs), std::move(inputs), {}};
    for (const auto& output : outputNames) {
        node.outputs.push_back(append(output, place));
    }
    for (const ValueId input : node.inputs) {
        addReader(input, place);
    }
    nodes_.insert(nodes_.begin() + place.index, std::move(node));
    return place;
}

void Graph::shiftNodes(NodeId from) {
    if (from.index == static_cast<int32_t>(nodes_.size())) {
        return;
    }
    const auto shift = [from](NodeId& id) { id.index += id < from ? 0 : 1; };
    for (Node& node : nodes_) {
        shift(node.id);
    }
    for (Value& value : values_) {
        shift(value.producer);
    }
    for (Uses& uses : uses_) {
        std::ranges::for_each(uses.readers, shift);
    }
}

void Graph::addOutput(ValueId value, std::string name) {
    outputs_.push_back(value);
    outputNames_.push_back(std::move(name));
    ++usesOf(value).outputs;
}

void Graph::setInputs(NodeId id, std::vector<ValueId> inputs) {
    const std::vector<ValueId> before = distinct(node(id).inputs);
    const std::vector<ValueId> after = distinct(inputs);
    for (const ValueId value : difference(before, after)) {
        removeReader(value, id);
    }
    for (const ValueId value : difference(after, before)) {
        addReader(value, id);
    }
    node(id).inputs = std::move(inputs);
}

void Graph::setInput(NodeId id, size_t index, ValueId value) {
    std::vector<ValueId> inputs = node(id).inputs;
    inputs.at(index) = value;
    setInputs(id, std::move(inputs));
}

void Graph::replaceUses(ValueId from, ValueId to) {
    if (from == to) {
        return;
    }
    for (const NodeId reader : std::exchange(usesOf(from).readers, {})) {
        auto& inputs = node(reader).inputs;
        std::replace(inputs.begin(), inputs.end(), from, to);
        addReader(to, reader);
    }
    if (isOutput(from)) {
        std::replace(outputs_.begin(), outputs_.end(), from, to);
        usesOf(to).outputs += std::exchange(usesOf(from).outputs, 0);
    }
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

}  // namespace qs
