#pragma once

#include <array>
#include <functional>

#include "runtime/loops/loops.h"
#include "runtime/plan/kernel.h"

namespace qs::runtime {

/// A function of one 8-bit number: a table of its 256 results as the simulation computes them, so that both
/// agree exactly. Refuses floats and further inputs.
Result<std::string> lowerLookup(NodeBuilder& b);
/// The ops that it is for.
inline constexpr std::array kTabulatedOps{"elu",        "gelu", "hard_sigmoid", "hard_swish",
                                          "leaky_relu", "silu", "tanh"};

/// A table of 1 / (1 + exp(-x)) as ONNX Runtime's QLinearSigmoid has it. Refuses floats.
Result<std::string> lowerSigmoid(NodeBuilder& b);

/// What the node, which has one 8-bit input, makes of each of the 256 bytes, taken from the simulation.
ByteTable simulatedTable(const NodeBuilder& b);
/// The table of a loop over `count` bytes.
ByteTable tableOf(const std::function<void(const uint8_t* x, uint8_t* y, int64_t count)>& loop);
/// A step that looks up each byte of input 0.
Result<std::string> addTable(NodeBuilder& b, const ByteTable& table);

}  // namespace qs::runtime
