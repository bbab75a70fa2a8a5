#include "quant/ptq/constants.h"

#include <algorithm>
#include <cmath>

#include "ops/channel_affine.h"
#include "ops/op.h"
#include "ops/quantize.h"

namespace qs {

namespace {

/// Nothing where a result could move by more than one of its steps: a summand by half a step of its own, a
/// factor by that times the largest value that the other operand can have.
std::optional<QParams> gridOf(const at::Tensor& constant, bool isFactor, const QParams& other,
                              const QParams& output) {
    const double largest = constant.abs().max().item<double>();
    const bool uniform = constant.min().item<double>() == constant.max().item<double>();
    const double scale = largest == 0 ? 1 : uniform ? largest : largest / 127;
    const double span = std::max(static_cast<double>(other.quantMax - other.zeroPoint.at(0)),
                                 static_cast<double>(other.zeroPoint.at(0) - other.quantMin)) *
                        other.scale.at(0);
    const double moved = uniform ? 0 : scale / 2 * (isFactor ? span : 1);
    if (!std::isfinite(largest) || moved > output.scale.at(0)) {
        return std::nullopt;
    }
    const bool isUnsigned = !infoOf(output.dtype).isSigned;
    return overWholeType({isUnsigned ? DType::UInt8 : DType::Int8, -1, {scale}, {isUnsigned ? 128 : 0}});
}

}  // namespace

void quantizeConstant(const QuantizedGraph& graph, QNode& node, const std::optional<QParams>& known) {
    const bool isFactor = roleOf(node.op) == OpRole::Multiply;
    if ((!isFactor && roleOf(node.op) != OpRole::Add) || node.inputs.size() != 1 ||
        node.constants.size() != 1 || node.constants[0].numel() == 0 || channelAffineOf(graph, node)) {
        return;
    }
    at::Tensor& constant = node.constants[0];
    node.constantQParams = known && !known->perChannel()
                               ? known
                               : gridOf(constant, isFactor, *graph.value(node.inputs[0]).qparams,
                                        *graph.value(node.outputs[0]).qparams);
    if (node.constantQParams) {
        constant = dequantize(quantize(constant, *node.constantQParams), *node.constantQParams);
    }
}

}  // namespace qs
