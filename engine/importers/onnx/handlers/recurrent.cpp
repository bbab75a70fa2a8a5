#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "importers/onnx/handlers.h"

namespace qs {

namespace {

/// The inputs and attributes that RNN, GRU and LSTM have in common.
struct Recurrent {
    at::Tensor x;  ///< sequence, N, features
    int64_t length;
    int64_t batch;
    int64_t hidden;
    int64_t directions;
    bool reverse;     ///< one direction, from the end
    bool batchFirst;  ///< layout 1: results have N in front

    /// The step at which `direction` is after `count` others.
    int64_t step(int64_t direction, int64_t count) const {
        return reverse || direction == 1 ? length - 1 - count : count;
    }
};

Recurrent read(OnnxNode& node, const std::vector<std::string>& activations) {
    Recurrent rnn;
    rnn.x = node.input(0);
    rnn.batchFirst = node.integer("layout", 0) != 0;
    if (rnn.x.dim() != 3 || node.input(1).dim() != 3 || node.input(2).dim() != 3) {
        node.fail("its input and weights must have three dimensions");
    }
    if (rnn.batchFirst) {
        rnn.x = node.call("aten::transpose.int", {rnn.x, 0, 1});
    }
    rnn.length = rnn.x.size(0);
    rnn.batch = rnn.x.size(1);
    rnn.directions = node.input(1).size(0);
    rnn.hidden = node.input(2).size(2);
    const std::string direction = node.text("direction", "forward");
    rnn.reverse = direction == "reverse";
    if (rnn.directions != (direction == "bidirectional" ? 2 : 1)) {
        node.fail("its weights are for " + std::to_string(rnn.directions) + " directions, but it is " +
                  direction);
    }
    if (node.has("clip")) {
        node.fail("clip is not supported");
    }
    const std::vector<std::string> given = node.texts("activations");
    for (size_t i = 0; i < given.size(); ++i) {
        if (given[i] != activations[i % activations.size()]) {
            node.fail("activation " + given[i] + " is not supported");
        }
    }
    if (node.hasInput(4)) {
        for (const int64_t length : node.constantInts(4)) {
            if (length != rnn.length) {
                node.fail("sequences of different lengths in one batch are not supported");
            }
        }
    }
    return rnn;
}

/// The state at the beginning, directions x N x hidden.
at::Tensor initialState(OnnxNode& node, const Recurrent& rnn, size_t index) {
    if (!node.hasInput(index)) {
        return at::zeros({rnn.directions, 1, rnn.hidden}).expand({rnn.directions, rnn.batch, rnn.hidden});
    }
    return rnn.batchFirst ? node.call("aten::transpose.int", {node.input(index), 0, 1}) : node.input(index);
}

/// Rows of a gate matrix in another order: ONNX has LSTM gates as i o f c and GRU gates as z r h, ATen as
/// i f g o and r z n.
at::Tensor reordered(OnnxNode& node, const at::Tensor& matrix, int64_t hidden,
                     const std::vector<int64_t>& order) {
    std::vector<at::Tensor> parts;
    for (const int64_t gate : order) {
        parts.push_back(node.call("aten::slice.Tensor", {matrix, 0, gate * hidden, (gate + 1) * hidden}));
    }
    return parts.size() == 1 ? parts[0] : node.call("aten::cat", {parts, 0});
}

/// ATen's flat list of weights: for each direction input weight, hidden weight and both biases.
std::vector<at::Tensor> parameters(OnnxNode& node, const Recurrent& rnn, const std::vector<int64_t>& order) {
    const auto gates = static_cast<int64_t>(order.size());
    if (node.input(1).size(1) != gates * rnn.hidden || node.input(2).size(1) != gates * rnn.hidden) {
        node.fail("its weights have the wrong shape");
    }
    std::vector<at::Tensor> list;
    for (int64_t i = 0; i < rnn.directions; ++i) {
        const auto pick = [&](size_t index) {
            return node.call("aten::select.int", {node.input(index), 0, i});
        };
        list.push_back(reordered(node, pick(1), rnn.hidden, order));
        list.push_back(reordered(node, pick(2), rnn.hidden, order));
        if (!node.hasInput(3)) {
            continue;
        }
        const at::Tensor both = pick(3);
        if (both.dim() != 1 || both.size(0) != 2 * gates * rnn.hidden) {
            node.fail("its bias has the wrong shape");
        }
        for (int64_t half = 0; half < 2; ++half) {
            const int64_t begin = half * gates * rnn.hidden;
            const at::Tensor bias =
                node.call("aten::slice.Tensor", {both, 0, begin, begin + gates * rnn.hidden});
            list.push_back(reordered(node, bias, rnn.hidden, order));
        }
    }
    return list;
}

/// ATen's results (all states: sequence x N x directions*hidden, then last states) in ONNX's order.
std::vector<at::Tensor> results(OnnxNode& node, const Recurrent& rnn, std::vector<at::Tensor> all) {
    at::Tensor y = all[0];
    if (rnn.reverse) {
        y = node.call("aten::flip", {y, std::vector<int64_t>{0}});
    }
    y = node.call("aten::reshape",
                  {y, std::vector<int64_t>{rnn.length, rnn.batch, rnn.directions, rnn.hidden}});
    const std::vector<int64_t> order =
        rnn.batchFirst ? std::vector<int64_t>{1, 0, 2, 3} : std::vector<int64_t>{0, 2, 1, 3};
    all[0] = node.call("aten::permute", {y, order});
    for (size_t i = 1; rnn.batchFirst && i < all.size(); ++i) {
        all[i] = node.call("aten::transpose.int", {all[i], 0, 1});
    }
    return all;
}

std::vector<at::Tensor> run(OnnxNode& node, Recurrent rnn, const std::string& aten, const c10::IValue& state,
                            const std::vector<int64_t>& order) {
    const std::vector<at::Tensor> weights = parameters(node, rnn, order);
    if (rnn.reverse) {
        rnn.x = node.call("aten::flip", {rnn.x, std::vector<int64_t>{0}});
    }
    return results(node, rnn,
                   node.callMany(aten, {rnn.x, state, weights, node.hasInput(3), 1, 0.0, false,
                                        rnn.directions == 2, false}));
}

/// What the directions of a network written step by step give: all states and the last ones, each
/// directions x N x hidden, in ONNX's order.
std::vector<at::Tensor> resultsByHand(OnnxNode& node, Recurrent rnn, const std::vector<at::Tensor>& all,
                                      const std::vector<std::vector<at::Tensor>>& last) {
    rnn.reverse = false;
    std::vector<at::Tensor> list{all.size() == 1 ? all[0] : node.call("aten::cat", {all, 2})};
    for (const std::vector<at::Tensor>& states : last) {
        list.push_back(node.call("aten::stack", {states, 0}));
    }
    return results(node, rnn, list);
}

struct LstmState {
    at::Tensor hidden;  ///< N x hidden
    at::Tensor cell;    ///< N x hidden
};

/// One direction of an LSTM whose gates see the cell (peepholes), or whose forget gate is what the input gate
/// leaves (input_forget): ATen has neither. The formulas are those of ONNX's operator.
LstmState lstmDirection(OnnxNode& node, const Recurrent& rnn, int64_t direction, LstmState state,
                        std::vector<at::Tensor>& states) {
    const auto pick = [&](size_t index) {
        return node.call("aten::select.int", {node.input(index), 0, direction});
    };
    const auto call = [&](const char* op, const at::Tensor& a, const at::Tensor& b) {
        return node.call(op, {a, b});
    };
    const int64_t h = rnn.hidden;
    const auto part = [&](const at::Tensor& tensor, int64_t axis, int64_t index) {
        return node.call("aten::slice.Tensor", {tensor, axis, index * h, (index + 1) * h});
    };
    c10::IValue inputBias;
    c10::IValue hiddenBias;
    if (node.hasInput(3)) {
        const at::Tensor bias = pick(3);
        inputBias = node.call("aten::slice.Tensor", {bias, 0, 0, 4 * h});
        hiddenBias = node.call("aten::slice.Tensor", {bias, 0, 4 * h, 8 * h});
    }
    const bool coupled = node.integer("input_forget", 0) != 0;
    const at::Tensor peepholes = node.hasInput(7) ? pick(7) : at::Tensor();  // of i, o and f
    const at::Tensor inputs = node.call("aten::linear", {rnn.x, pick(1), inputBias});
    const at::Tensor hiddenWeight = pick(2);
    for (int64_t i = 0; i < rnn.length; ++i) {
        node.countStep();
        const int64_t step = rnn.step(direction, i);
        const at::Tensor gates = call("aten::add.Tensor", node.call("aten::select.int", {inputs, 0, step}),
                                      node.call("aten::linear", {state.hidden, hiddenWeight, hiddenBias}));
        const auto gate = [&](int64_t index, const at::Tensor& cell) {  // of i o f c
            at::Tensor sum = part(gates, 1, index);
            if (peepholes.defined()) {
                sum =
                    call("aten::add.Tensor", sum, call("aten::mul.Tensor", cell, part(peepholes, 0, index)));
            }
            return node.call("aten::sigmoid", {sum});
        };
        const at::Tensor enters = gate(0, state.cell);
        const at::Tensor fresh = node.call("aten::tanh", {part(gates, 1, 3)});
        const at::Tensor taken = call("aten::mul.Tensor", enters, fresh);
        const at::Tensor kept =
            coupled ? call("aten::sub.Tensor", state.cell, call("aten::mul.Tensor", enters, state.cell))
                    : call("aten::mul.Tensor", gate(2, state.cell), state.cell);
        state.cell = call("aten::add.Tensor", kept, taken);
        state.hidden = call("aten::mul.Tensor", gate(1, state.cell), node.call("aten::tanh", {state.cell}));
        states[static_cast<size_t>(step)] = state.hidden;
    }
    return state;
}

std::vector<at::Tensor> lstmByHand(OnnxNode& node, const Recurrent& rnn) {
    const int64_t h = rnn.hidden;
    const auto fits = [&](size_t index, int64_t axis, int64_t extent) {
        return !node.hasInput(index) ||
               (node.input(index).dim() > axis && node.input(index).size(axis) == extent);
    };
    if (rnn.length < 1 || !fits(1, 1, 4 * h) || !fits(2, 1, 4 * h) || !fits(3, 1, 8 * h) ||
        !fits(7, 1, 3 * h)) {
        node.fail("its weights have the wrong shape");
    }
    const at::Tensor hidden = initialState(node, rnn, 5);
    const at::Tensor cell = initialState(node, rnn, 6);
    std::vector<at::Tensor> all;
    std::vector<at::Tensor> lastHidden;
    std::vector<at::Tensor> lastCell;
    for (int64_t i = 0; i < rnn.directions; ++i) {
        std::vector<at::Tensor> states(static_cast<size_t>(rnn.length));
        const LstmState last = lstmDirection(
            node, rnn, i,
            {node.call("aten::select.int", {hidden, 0, i}), node.call("aten::select.int", {cell, 0, i})},
            states);
        lastHidden.push_back(last.hidden);
        lastCell.push_back(last.cell);
        all.push_back(node.call("aten::stack", {states, 0}));
    }
    return resultsByHand(node, rnn, all, {lastHidden, lastCell});
}

std::vector<at::Tensor> lstm(OnnxNode& node) {
    const Recurrent rnn = read(node, {"Sigmoid", "Tanh", "Tanh"});
    if (node.hasInput(7) || node.integer("input_forget", 0) != 0) {
        return lstmByHand(node, rnn);
    }
    const std::vector<at::Tensor> state{initialState(node, rnn, 5), initialState(node, rnn, 6)};
    return run(node, rnn, "aten::lstm.input", state, {0, 2, 3, 1});
}

std::vector<at::Tensor> rnn(OnnxNode& node) {
    const std::vector<std::string> kinds = node.texts("activations");
    const bool isRelu = !kinds.empty() && kinds[0] == "Relu";
    const Recurrent rnn = read(node, {isRelu ? "Relu" : "Tanh"});
    return run(node, rnn, isRelu ? "aten::rnn_relu.input" : "aten::rnn_tanh.input",
               initialState(node, rnn, 5), {0});
}

/// A GRU whose reset gate acts before the hidden product, step by step: ATen only has the other kind.
at::Tensor gruDirection(OnnxNode& node, const Recurrent& rnn, int64_t direction, at::Tensor state,
                        std::vector<at::Tensor>& states) {
    const auto pick = [&](size_t index) {
        return node.call("aten::select.int", {node.input(index), 0, direction});
    };
    const int64_t h = rnn.hidden;
    const auto rows = [&](const at::Tensor& matrix, int64_t begin, int64_t end) {
        return node.call("aten::slice.Tensor", {matrix, 0, begin * h, end * h});
    };
    const at::Tensor hiddenWeight = pick(2);
    const at::Tensor gateWeight = rows(hiddenWeight, 0, 2);
    const at::Tensor newWeight = rows(hiddenWeight, 2, 3);
    c10::IValue inputBias;
    at::Tensor gateBias;
    at::Tensor newBias;
    if (node.hasInput(3)) {
        const at::Tensor bias = pick(3);
        inputBias = rows(bias, 0, 3);
        gateBias = rows(bias, 3, 5);
        newBias = rows(bias, 5, 6);
    }
    const auto linear = [&](const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
        return node.call("aten::linear", {x, weight, bias.defined() ? c10::IValue(bias) : c10::IValue()});
    };
    const at::Tensor inputs = node.call("aten::linear", {rnn.x, pick(1), inputBias});
    for (int64_t i = 0; i < rnn.length; ++i) {
        node.countStep();
        const int64_t step = rnn.step(direction, i);
        const at::Tensor x = node.call("aten::select.int", {inputs, 0, step});
        at::Tensor gates = node.call("aten::slice.Tensor", {x, 1, 0, 2 * h});
        gates = node.call("aten::add.Tensor", {gates, linear(state, gateWeight, gateBias)});
        gates = node.call("aten::sigmoid", {gates});
        const at::Tensor update = node.call("aten::slice.Tensor", {gates, 1, 0, h});
        const at::Tensor reset = node.call("aten::slice.Tensor", {gates, 1, h, 2 * h});
        const at::Tensor kept = node.call("aten::mul.Tensor", {reset, state});
        at::Tensor fresh = node.call("aten::slice.Tensor", {x, 1, 2 * h, 3 * h});
        fresh = node.call("aten::tanh",
                          {node.call("aten::add.Tensor", {fresh, linear(kept, newWeight, newBias)})});
        // (1 - z) * fresh + z * state
        const at::Tensor difference = node.call("aten::sub.Tensor", {state, fresh});
        state = node.call("aten::add.Tensor", {fresh, node.call("aten::mul.Tensor", {update, difference})});
        states[static_cast<size_t>(step)] = state;
    }
    return state;
}

std::vector<at::Tensor> gruByHand(OnnxNode& node, const Recurrent& rnn) {
    if (node.input(1).size(1) != 3 * rnn.hidden || node.input(2).size(1) != 3 * rnn.hidden ||
        rnn.length < 1) {
        node.fail("its weights have the wrong shape");
    }
    const at::Tensor initial = initialState(node, rnn, 5);
    std::vector<at::Tensor> all;
    std::vector<at::Tensor> last;
    for (int64_t i = 0; i < rnn.directions; ++i) {
        std::vector<at::Tensor> states(static_cast<size_t>(rnn.length));
        const at::Tensor begin = node.call("aten::select.int", {initial, 0, i});
        last.push_back(gruDirection(node, rnn, i, begin, states));
        all.push_back(node.call("aten::stack", {states, 0}));
    }
    return resultsByHand(node, rnn, all, {last});
}

std::vector<at::Tensor> gru(OnnxNode& node) {
    const Recurrent rnn = read(node, {"Sigmoid", "Tanh"});
    if (node.integer("linear_before_reset", 0) == 0) {
        return gruByHand(node, rnn);
    }
    return run(node, rnn, "aten::gru.input", initialState(node, rnn, 5), {1, 0, 2});
}

}  // namespace

void registerRecurrent(OnnxHandlers& handlers) {
    handlers.add("LSTM", lstm);
    handlers.add("GRU", gru);
    handlers.add("RNN", rnn);
}

}  // namespace qs
