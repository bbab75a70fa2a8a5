#include <algorithm>
#include <map>
#include <utility>

#include "graph/passes/passes.h"

namespace qs {

namespace {

struct Part {
    NodeId node;
    int64_t start = 0;
    int64_t end = 0;
};

/// The slices with step 1 of a value along one axis, in the order of their starts.
std::map<std::pair<ValueId, int64_t>, std::vector<Part>> slicesOf(const Graph& graph) {
    std::map<std::pair<ValueId, int64_t>, std::vector<Part>> groups;
    for (const auto& node : graph.nodes()) {
        const Shape& shape = graph.value(node.inputs.empty() ? ValueId{0} : node.inputs[0]).shape;
        const auto rank = static_cast<int64_t>(shape.size());
        if (node.op != "slice" || node.attrs.get<int64_t>("step", 1) != 1 || rank == 0) {
            continue;
        }
        const auto dim = node.attrs.get<int64_t>("dim");
        const int64_t axis = dim < 0 ? dim + rank : dim;
        const int64_t extent = shape[static_cast<size_t>(axis)];
        const auto bounded = [&](int64_t at) {
            return std::clamp<int64_t>(at < 0 ? at + extent : at, 0, extent);
        };
        groups[{node.inputs[0], axis}].push_back({node.id, bounded(node.attrs.get<int64_t>("start", 0)),
                                                  bounded(node.attrs.get<int64_t>("end", extent))});
    }
    for (auto& [source, parts] : groups) {
        std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.start < b.start; });
    }
    return groups;
}

/// Whether the parts follow each other from the first element to the last.
bool tile(const std::vector<Part>& parts, int64_t extent) {
    int64_t at = 0;
    for (const auto& part : parts) {
        if (part.start != at || part.end <= part.start) {
            return false;
        }
        at = part.end;
    }
    return at == extent && parts.size() > 1;
}

}  // namespace

void fuseSplit(Graph& graph) {
    for (const auto& [source, parts] : slicesOf(graph)) {
        const auto& [value, axis] = source;
        if (!tile(parts, graph.value(value).shape[static_cast<size_t>(axis)])) {
            continue;
        }
        std::vector<int64_t> sizes;
        std::vector<ValueId> outputs;
        NodeId first = parts.front().node;
        for (const auto& part : parts) {
            sizes.push_back(part.end - part.start);
            outputs.push_back(graph.node(part.node).outputs[0]);
            first = std::min(first, part.node);
        }
        for (const auto& part : parts) {
            graph.value(graph.node(part.node).outputs[0]).producer = first;
            graph.node(part.node).outputs.clear();
        }
        Node& node = graph.node(first);
        node.op = "split";
        node.attrs = {};
        node.attrs.set("dim", axis);
        node.attrs.set("sizes", std::move(sizes));
        node.outputs = std::move(outputs);
    }
    removeDeadNodes(graph);
}

}  // namespace qs
