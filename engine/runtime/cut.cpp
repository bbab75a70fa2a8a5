#include "runtime/cut.h"

#include <algorithm>
#include <set>

namespace qs {

Result<CutScope> cutScope(const QuantizedGraph& graph, const Cut& cut, std::span<const ValueId> wanted) {
    CutScope scope;
    std::set<ValueId> needed, inputs;
    for (const ValueId value : wanted) {
        if (!cut.contains(value) && needed.insert(value).second) {
            scope.outputs.push_back(value);
        }
    }
    for (size_t i = graph.nodes.size(); i-- > 0;) {
        const QNode& node = graph.nodes[i];
        const auto isNeeded = [&](ValueId output) { return needed.contains(output); };
        if (!std::ranges::any_of(node.outputs, isNeeded)) {
            continue;
        }
        for (const ValueId output : node.outputs) {
            needed.erase(output);
            inputs.erase(output);
        }
        scope.nodes.push_back(i);
        for (const ValueId input : node.inputs) {
            (cut.contains(input) ? inputs : needed).insert(input);
        }
    }
    std::ranges::reverse(scope.nodes);
    if (!needed.empty()) {
        const ValueId missing = *needed.begin();
        const auto reader = std::ranges::find_if(graph.nodes, [&](const QNode& node) {
            return std::ranges::find(node.inputs, missing) != node.inputs.end();
        });
        return failure("the cut does not give '" + graph.value(missing).name + "'" +
                       (reader == graph.nodes.end() ? "" : ", which layer '" + reader->layer + "' reads"));
    }
    scope.inputs.assign(inputs.begin(), inputs.end());
    return scope;
}

std::vector<at::Tensor> gather(const Cut& cut, std::span<const ValueId> wanted, const CutScope& scope,
                               const std::vector<at::Tensor>& outputs) {
    std::vector<at::Tensor> all;
    for (const ValueId value : wanted) {
        const auto given = cut.find(value);
        const auto made = std::ranges::find(scope.outputs, value);
        all.push_back(given != cut.end() ? given->second
                                         : outputs.at(static_cast<size_t>(made - scope.outputs.begin())));
    }
    return all;
}

}  // namespace qs
