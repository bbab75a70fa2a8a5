#pragma once

#include <cstdint>
#include <vector>

#include "exporters/onnx/step.h"

namespace qs {

/// ONNX's pads (before each axis, then after each) of the step's input from PyTorch's: before and after the
/// last axis, then the one before it, ...
inline std::vector<int64_t> onnxPads(const OnnxStep& step, const std::vector<int64_t>& pads) {
    const size_t rank = step.rank();
    std::vector<int64_t> target(2 * rank, 0);
    for (size_t i = 0; i + 1 < pads.size(); i += 2) {
        const size_t axis = rank - 1 - i / 2;
        target.at(axis) = pads[i];
        target.at(rank + axis) = pads[i + 1];
    }
    return target;
}

/// Zeros around tensor 0 of the step; `pads` are ONNX's. ONNX Runtime has no Pad that it fuses, but one on
/// integers: there, zeros are zero points.
inline std::string padWithZeros(const OnnxStep& step, const std::vector<int64_t>& pads, bool isMain = false) {
    const auto pad = [&](const std::vector<std::string>& inputs) {
        return isMain ? step.main("Pad", inputs) : step.side("Pad", inputs);
    };
    if (!step.isInteger() || !step.profile().fusesEachNode) {
        return pad({step.tensor(0), step.integers(pads)});
    }
    const OnnxIntegers x = step.values().integers(step.operand(0).value);
    const std::string padded = pad({x.tensor, step.integers(pads), x.grid.zeroPoint});
    return step.side("DequantizeLinear", {padded, x.grid.scale, x.grid.zeroPoint});
}

}  // namespace qs
