#include "runtime/reference/node.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/add.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/relu.h>

#include "ops/channel_affine.h"
#include "ops/integer_bias.h"
#include "ops/op.h"
#include "ops/quantize.h"

namespace qs {

namespace {

/// The bias in real units as int32 arithmetic sees it.
at::Tensor roundedBias(const QNode& node, const QParams& input) {
    const at::Tensor q = integerBias(node, input);
    at::Tensor bias = at::empty({q.size(0)}, at::kFloat);
    for (int64_t o = 0; o < q.size(0); ++o) {
        bias.data_ptr<float>()[o] =
            static_cast<float>(q.data_ptr<int32_t>()[o] * accumulatorScale(node, input, o));
    }
    return bias;
}

/// A batch norm, or a constant for each channel, as integers see it; nothing for other steps.
std::optional<at::Tensor> roundedAffine(const QuantizedGraph& graph, const QNode& node, const at::Tensor& x) {
    const bool clamps = roleOf(node.op) == OpRole::Clamp;
    const auto affine = clamps || !graph.isInteger(node) ? std::nullopt : channelAffineOf(graph, node);
    if (!affine) {
        return std::nullopt;
    }
    Shape shape(static_cast<size_t>(x.dim()), 1);
    shape[1] = -1;
    const at::Tensor factor = affine->weight.to(at::kFloat) * affine->scale;
    const at::Tensor offset = affine->bias.to(at::kDouble) * affine->scale.to(at::kDouble) *
                              graph.value(node.inputs[0]).qparams->scale[0];
    return x * factor.reshape(shape) + offset.to(at::kFloat).reshape(shape);
}

at::Tensor activate(const at::Tensor& x, const FusedActivation& activation) {
    switch (activation.kind) {
        case FusedActivation::Kind::None:
            return x;
        case FusedActivation::Kind::Relu:
            return at::relu(x);
        case FusedActivation::Kind::Clip:
            return at::clamp(x, activation.low, activation.high);
    }
    return x;
}

at::Tensor throughBFloat16(const at::Tensor& x) {
    return x.to(at::kBFloat16).to(at::kFloat);
}

std::vector<at::Tensor> compute(const QuantizedGraph& graph, const QNode& node,
                                std::span<const at::Tensor> inputs) {
    std::vector<at::Tensor> arguments;
    if (node.weight) {
        arguments.push_back(inputs[0]);
        arguments.push_back(node.weightInt ? dequantize(*node.weightInt, *node.weightQParams) : *node.weight);
        if (node.bias) {
            arguments.push_back(node.weightInt ? roundedBias(node, *graph.value(node.inputs[0]).qparams)
                                               : *node.bias);
        }
    } else {
        arguments = node.arguments(inputs);
    }
    if (node.compute == Compute::BFloat16) {
        arguments[0] = throughBFloat16(arguments[0]);
        arguments[1] = throughBFloat16(arguments[1]);
    }
    std::vector<at::Tensor> outputs;
    if (const auto affine = inputs.empty() ? std::nullopt : roundedAffine(graph, node, inputs[0])) {
        outputs.push_back(*affine);
    } else {
        outputs = runFloat(node.op, node.attrs, arguments);
    }
    if (node.hasAdd) {
        if (node.preAdd) {
            outputs[0] = dequantize(quantize(outputs[0], *node.preAdd), *node.preAdd);
        }
        outputs[0] = at::add(outputs[0], inputs[1]);
    }
    outputs[0] = activate(outputs[0], node.activation);
    return outputs;
}

}  // namespace

std::vector<at::Tensor> runReferenceNode(const QuantizedGraph& graph, const QNode& node,
                                         std::span<const at::Tensor> inputs) {
    if (node.op == "quantize") {
        return {quantize(inputs[0], *graph.value(node.outputs[0]).qparams)};
    }
    if (node.op == "dequantize") {
        return {dequantize(inputs[0], *graph.value(node.inputs[0]).qparams)};
    }
    if (node.op == "requantize") {
        return {quantize(dequantize(inputs[0], *graph.value(node.inputs[0]).qparams),
                         *graph.value(node.outputs[0]).qparams)};
    }
    std::vector<at::Tensor> real;
    for (size_t i = 0; i < inputs.size(); ++i) {
        const auto& qparams = graph.value(node.inputs[i]).qparams;
        real.push_back(qparams ? dequantize(inputs[i], *qparams) : inputs[i]);
    }
    std::vector<at::Tensor> outputs = compute(graph, node, real);
    for (size_t i = 0; i < outputs.size(); ++i) {
        if (const auto& qparams = graph.value(node.outputs[i]).qparams) {
            outputs[i] = quantize(outputs[i], *qparams);
        }
    }
    return outputs;
}

}  // namespace qs
