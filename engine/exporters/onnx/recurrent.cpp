// LSTM, GRU and plain recurrent layers.

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include "exporters/onnx/step.h"

namespace qs {

namespace {

/// How ATen's operator is called in ONNX.
struct Kind {
    std::string op;               ///< "LSTM"
    std::vector<int64_t> order;   ///< ATen's gates in ONNX's order
    std::string activation = {};  ///< of a plain layer
    size_t states = 1;            ///< tensors of state: two of an LSTM
};

/// What the operator's arguments say: input, states, weights, has_biases, layers, dropout, train,
/// bidirectional, batch_first.
struct Layers {
    std::vector<size_t> states;   ///< operands, each [layers * directions, N, hidden]
    std::vector<size_t> weights;  ///< operands: of each layer and direction W, R and two biases
    bool hasBiases = false;
    int64_t count = 1;
    int64_t directions = 1;
    bool batchFirst = false;
    size_t perDirection() const { return hasBiases ? 4 : 2; }
};

std::optional<Layers> read(const OnnxStep& step, const Kind& kind) {
    const CarriedArguments& arguments = step.arguments();
    // An LSTM's states are a list, of the others one tensor.
    const bool isComplete = arguments.size() >= 9 && arguments.isTensor(0) && arguments.isList(2) &&
                            (kind.states > 1 ? arguments.isList(1) : arguments.isTensor(1)) &&
                            arguments.boolean(3) && arguments.integer(4) && arguments.boolean(6) == false &&
                            arguments.boolean(7) && arguments.boolean(8);
    if (!isComplete) {
        return std::nullopt;
    }
    Layers layers{arguments.operands(1), arguments.operands(2),         *arguments.boolean(3),
                  *arguments.integer(4), *arguments.boolean(7) ? 2 : 1, *arguments.boolean(8)};
    const auto sets = static_cast<size_t>(layers.count * layers.directions);
    // More weights than these: those of a projection.
    return layers.weights.size() == sets * layers.perDirection() && layers.states.size() == kind.states
               ? std::optional(layers)
               : std::nullopt;
}

/// Rows of a gate matrix or bias in ONNX's order.
at::Tensor reordered(const at::Tensor& matrix, const Kind& kind) {
    const std::vector<at::Tensor> gates = matrix.chunk(static_cast<int64_t>(kind.order.size()), 0);
    std::vector<at::Tensor> parts;
    for (const int64_t gate : kind.order) {
        parts.push_back(gates.at(static_cast<size_t>(gate)));
    }
    return at::cat(parts, 0);
}

bool areConstant(const OnnxStep& step, const Layers& layers) {
    return std::ranges::all_of(layers.weights,
                               [&](size_t operand) { return step.operand(operand).isConstant(); });
}

std::string concatenated(const OnnxStep& step, const std::vector<std::string>& parts) {
    return parts.size() == 1 ? parts[0]
                             : step.side("Concat", parts, OnnxAttributes().add("axis", int64_t{0}));
}

/// Inputs W, R and B of one layer whose weights are activations.
std::vector<std::string> computedWeights(const OnnxStep& step, const Kind& kind, const Layers& layers,
                                         int64_t layer) {
    std::vector<std::string> inputs, hidden, biases;
    for (int64_t direction = 0; direction < layers.directions; ++direction) {
        const size_t first =
            static_cast<size_t>(layer * layers.directions + direction) * layers.perDirection();
        const auto weight = [&](size_t i) {
            const size_t operand = layers.weights.at(first + i);
            const int64_t rows = step.shape(operand).at(0) / static_cast<int64_t>(kind.order.size());
            std::vector<std::string> parts;
            for (const int64_t gate : kind.order) {
                parts.push_back(step.side("Slice", {step.tensor(operand), step.integers({gate * rows}),
                                                    step.integers({(gate + 1) * rows}), step.integers({0})}));
            }
            return concatenated(step, parts);
        };
        const auto ofDirection = [&](const std::string& x) {
            return step.side("Unsqueeze", {x, step.integers({0})});
        };
        inputs.push_back(ofDirection(weight(0)));
        hidden.push_back(ofDirection(weight(1)));
        if (layers.hasBiases) {
            biases.push_back(ofDirection(concatenated(step, {weight(2), weight(3)})));
        }
    }
    return {concatenated(step, inputs), concatenated(step, hidden),
            layers.hasBiases ? concatenated(step, biases) : "", ""};
}

/// Inputs W, R and B of one layer, all directions, and sequence_lens, which is left out.
std::vector<std::string> weightsOf(const OnnxStep& step, const Kind& kind, const Layers& layers,
                                   int64_t layer) {
    if (!areConstant(step, layers)) {
        return computedWeights(step, kind, layers, layer);
    }
    std::vector<at::Tensor> inputs, hidden, biases;
    for (int64_t direction = 0; direction < layers.directions; ++direction) {
        const size_t first =
            static_cast<size_t>(layer * layers.directions + direction) * layers.perDirection();
        const auto weight = [&](size_t i) {
            return reordered(step.operand(layers.weights.at(first + i)).constant, kind);
        };
        inputs.push_back(weight(0));
        hidden.push_back(weight(1));
        if (layers.hasBiases) {
            biases.push_back(at::cat({weight(2), weight(3)}, 0));
        }
    }
    std::vector<std::string> names{step.constant("W", at::stack(inputs)),
                                   step.constant("R", at::stack(hidden)),
                                   layers.hasBiases ? step.constant("B", at::stack(biases)) : ""};
    names.emplace_back();  // sequence_lens
    return names;
}

/// What a layer begins with: its part of each state.
std::vector<std::string> statesOf(const OnnxStep& step, const Layers& layers, int64_t layer) {
    std::vector<std::string> names;
    for (const size_t operand : layers.states) {
        const std::string all = step.tensor(operand);
        const int64_t first = layer * layers.directions;
        names.push_back(layers.count == 1 ? all
                                          : step.side("Slice", {all, step.integers({first}),
                                                                step.integers({first + layers.directions}),
                                                                step.integers({0})}));
    }
    return names;
}

std::string swapped(const OnnxStep& step, const std::string& x) {
    return step.side("Transpose", {x}, OnnxAttributes().add("perm", std::vector<int64_t>{1, 0, 2}));
}

OnnxForm recurrent(const Kind& kind) {
    return [kind](const OnnxStep& step) -> OnnxResults {
        const auto layers = read(step, kind);
        if (!layers) {
            return step.noForm();
        }
        const int64_t hidden = step.shape(layers->weights.at(1)).at(1);
        OnnxAttributes attributes;
        attributes.add("hidden_size", hidden)
            .add("direction", std::string(layers->directions == 2 ? "bidirectional" : "forward"));
        if (!kind.activation.empty()) {
            attributes.add("activations", std::vector<std::string>(static_cast<size_t>(layers->directions),
                                                                   kind.activation));
        }
        if (kind.op == "GRU") {
            attributes.add("linear_before_reset", int64_t{1});
        }
        std::string x = step.tensor(0);
        if (layers->batchFirst) {
            x = swapped(step, x);
        }
        std::vector<std::vector<std::string>> last(kind.states);
        for (int64_t layer = 0; layer < layers->count; ++layer) {
            std::vector<std::string> inputs{x};
            for (std::string& name : weightsOf(step, kind, *layers, layer)) {
                inputs.push_back(std::move(name));
            }
            for (std::string& name : statesOf(step, *layers, layer)) {
                inputs.push_back(std::move(name));
            }
            // [T, directions, N, hidden], then the last states.
            const auto results = step.builder().addNode(
                kind.op, layer == 0 ? step.node().layer : step.node().layer + "/" + kind.op, inputs,
                step.node().layer + "/" + kind.op, 1 + kind.states, attributes);
            const std::string sequence = step.side(
                "Transpose", {results[0]}, OnnxAttributes().add("perm", std::vector<int64_t>{0, 2, 1, 3}));
            x = step.side("Reshape", {sequence, step.integers({0, 0, layers->directions * hidden})});
            for (size_t i = 0; i < kind.states; ++i) {
                last[i].push_back(results[i + 1]);
            }
        }
        std::vector<std::string> outputs{layers->batchFirst ? swapped(step, x) : x};
        for (const std::vector<std::string>& states : last) {
            outputs.push_back(concatenated(step, states));
        }
        return outputs;
    };
}

}  // namespace

void register_recurrent(OnnxForms& forms) {
    forms.add("aten::gru", recurrent({.op = "GRU", .order = {1, 0, 2}}));
    forms.add("aten::lstm", recurrent({.op = "LSTM", .order = {0, 3, 1, 2}, .states = 2}));
    forms.add("aten::rnn_relu", recurrent({.op = "RNN", .order = {0}, .activation = "Relu"}));
    forms.add("aten::rnn_tanh", recurrent({.op = "RNN", .order = {0}, .activation = "Tanh"}));
}

}  // namespace qs
