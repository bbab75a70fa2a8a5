#include "analysis/value_keys.h"

#include <set>

namespace qs {

namespace {

template <typename T>
void append(std::string& text, const T& number) {
    text.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

void append(std::string& text, const std::optional<QParams>& grid) {
    text += grid ? '1' : '0';
    if (!grid) {
        return;
    }
    append(text, grid->dtype);
    append(text, grid->quantMin);
    append(text, grid->quantMax);
    append(text, grid->axis);
    append(text, grid->scale.size());
    for (const double scale : grid->scale) {
        append(text, scale);
    }
    for (const int64_t zeroPoint : grid->zeroPoint) {
        append(text, zeroPoint);
    }
}

}  // namespace

size_t ValueKeys::keyOf(const std::string& text) {
    return keys_.try_emplace(text, keys_.size() + 1).first->second;
}

std::vector<size_t> ValueKeys::of(const QuantizedGraph& graph) {
    std::vector<size_t> keys(graph.values.size());
    for (size_t i = 0; i < graph.inputs.size(); ++i) {
        keys.at(static_cast<size_t>(graph.inputs[i].index)) = keyOf("input " + std::to_string(i));
    }
    for (const QNode& node : graph.nodes) {
        // Weights, constants and attributes are those of the layer in every network of one model.
        std::string text = node.op + '\n' + node.layer + '\n';
        append(text, node.compute);
        append(text, node.hasAdd);
        append(text, node.activation.kind);
        append(text, node.activation.low);
        append(text, node.activation.high);
        append(text, node.weightQParams);
        append(text, node.weightGrid);
        append(text, node.constantQParams);
        append(text, node.preAdd);
        append(text, node.fused.size());
        for (const ValueId input : node.inputs) {
            append(text, keys.at(static_cast<size_t>(input.index)));
        }
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            const auto index = static_cast<size_t>(node.outputs[i].index);
            std::string output = text;
            append(output, i);
            append(output, graph.values.at(index).qparams);
            append(output, graph.values.at(index).real.index);
            keys.at(index) = keyOf(output);
        }
    }
    return keys;
}

std::vector<ValueId> frontierOf(const QuantizedGraph& graph, const std::vector<bool>& known) {
    std::set<ValueId> needed(graph.outputs.begin(), graph.outputs.end());
    std::set<ValueId> frontier;
    const auto take = [&](ValueId value) {
        if (known.at(static_cast<size_t>(value.index))) {
            frontier.insert(value);
        } else {
            needed.insert(value);
        }
    };
    for (const ValueId output : graph.outputs) {
        take(output);
    }
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
        bool runs = false;
        for (const ValueId output : node->outputs) {
            runs = runs || (needed.contains(output) && !known.at(static_cast<size_t>(output.index)));
        }
        if (runs) {
            for (const ValueId input : node->inputs) {
                take(input);
            }
        }
    }
    return {frontier.begin(), frontier.end()};
}

}  // namespace qs
