#include "runtime/kernels/depthwise.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "ops/integer_bias.h"
#include "ops/requantization.h"
#include "runtime/kernels/integer_operand.h"
#include "runtime/kernels/weighted_step.h"
#include "runtime/loops/depthwise_loops.h"
#include "runtime/plan/geometry.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// What owns a loop's DepthwiseWeights.
struct PackedWeights {
    at::Tensor weight;  ///< int32 [taps, O]
    at::Tensor bias;    ///< int32 [O]
    at::Tensor scale;   ///< float32 [O]
};

PackedWeights depthwiseWeights(const NodeBuilder& b) {
    const QNode& node = b.node();
    const int64_t channels = node.weightInt->size(0);
    PackedWeights weights{node.weightInt->reshape({channels, -1}).t().to(at::kInt).contiguous(),
                          node.bias ? integerBias(node, *b.inputQParams(0)) : at::zeros({channels}, at::kInt),
                          at::empty({channels}, at::kFloat)};
    const QParams& grid = *node.weightQParams;
    for (int64_t o = 0; o < channels; ++o) {
        weights.scale.data_ptr<float>()[o] = requantizationScale(
            b.inputQParams(0)->scale[0], grid.scale[grid.perChannel() ? static_cast<size_t>(o) : 0],
            b.outputQParams()->scale[0]);
    }
    return weights;
}

/// `values` along the last axes.
DepthwiseShape::Extents alongLast(at::IntArrayRef values, int64_t otherwise) {
    DepthwiseShape::Extents extents;
    extents.fill(otherwise);
    std::ranges::copy(values, extents.end() - static_cast<std::ptrdiff_t>(values.size()));
    return extents;
}

DepthwiseShape depthwiseShape(const Convolution& g, const Shape& input, at::IntArrayRef weight) {
    const auto spatial = [](const Shape& shape) { return at::IntArrayRef(shape).slice(2); };
    DepthwiseShape shape{.batch = input[0],
                         .input = alongLast(spatial(input), 1),
                         .output = alongLast(spatial(g.output), 1),
                         .kernel = alongLast(weight.slice(2), 1),
                         .stride = alongLast(g.strides, 1),
                         .padding = alongLast(g.padding, 0),
                         .dilation = alongLast(g.dilation, 0),
                         .channels = weight[0],
                         .multiplier = weight[0] / g.groups};
    for (int64_t& step : shape.dilation) {
        step += 1;  // from gaps
    }
    return shape;
}

}  // namespace

Result<std::string> lowerDepthwise(NodeBuilder& b) {
    QS_TRY(checkWeighted(b));
    if (!b.isInteger()) {
        return failure("the loop of depthwise convolutions takes integers");
    }
    if (b.node().weight->size(1) != 1) {
        return failure("the loop of depthwise convolutions takes one input channel a group");
    }
    if (b.node().hasAdd) {
        return failure("the loop of depthwise convolutions adds no residual");
    }
    QS_ASSIGN(const Operand x, b.input(0, Layout::ChannelsLast));
    QS_ASSIGN(const Convolution g, convolutionOf(b.node(), x.shape));
    const auto weights = std::any_cast<PackedWeights>(b.constant(
        "depthwise", [](const std::any&) { return true; },
        [&]() -> std::any { return depthwiseWeights(b); }));
    const Operand y = b.output(g.output, Layout::ChannelsLast);
    b.addStep([from = x.buffer, to = y.buffer, shape = depthwiseShape(g, x.shape, b.node().weight->sizes()),
               weights, source = integerSource(*b.inputQParams(0), 1),
               target = integerTarget(*b.outputQParams(), realBounds(b.node()))]() mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data);
        convolveDepthwise(source, shape,
                          {weights.weight.data_ptr<int32_t>(), weights.bias.data_ptr<int32_t>(),
                           weights.scale.data_ptr<float>()},
                          target);
    });
    return std::string("loop");
}

}  // namespace qs::runtime
