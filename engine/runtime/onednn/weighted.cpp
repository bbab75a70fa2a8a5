#include "runtime/onednn/weighted.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/max.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "ops/integer_bias.h"
#include "ops/requantization.h"
#include "runtime/cpu.h"
#include "runtime/kernels/integer_add.h"
#include "runtime/kernels/integer_operand.h"
#include "runtime/plan/bounds.h"

namespace qs::runtime::onednn {

namespace {

using DataType = dnnl::memory::data_type;

const at::Tensor& storedWeight(const QNode& node) {
    return node.weightInt ? *node.weightInt : *node.weight;
}

double weightScale(const QNode& node, size_t channel) {
    const QParams& qparams = *node.weightQParams;
    return qparams.scale[qparams.perChannel() ? channel : 0];
}

void appendIntegerBounds(const NodeBuilder& b, dnnl::post_ops& ops) {
    const QParams& y = *b.outputQParams();
    const Bounds bounds = integerBounds(realBounds(b.node()), y);
    const bool isUnsigned = !infoOf(y.dtype).isSigned;
    const auto zero = static_cast<double>(y.zeroPoint[0]);
    const bool lowIsTypes = bounds.low <= (isUnsigned ? 0 : -128) - zero;
    const bool highIsTypes = bounds.high >= (isUnsigned ? 255 : 127) - zero;
    if (lowIsTypes && highIsTypes) {
        return;  // saturation does it
    }
    if (highIsTypes && bounds.low == 0) {
        ops.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
    } else {
        ops.append_eltwise(1.0F, dnnl::algorithm::eltwise_clip, static_cast<float>(bounds.low),
                           static_cast<float>(bounds.high));
    }
}

void appendFloatBounds(const NodeBuilder& b, dnnl::post_ops& ops) {
    const Bounds bounds = realBounds(b.node());
    if (bounds.low == 0 && std::isinf(bounds.high)) {
        ops.append_eltwise(1.0F, dnnl::algorithm::eltwise_relu, 0.0F, 0.0F);
    } else if (!bounds.isUnbounded()) {
        ops.append_eltwise(1.0F, dnnl::algorithm::eltwise_clip, static_cast<float>(bounds.low),
                           static_cast<float>(bounds.high));
    }
}

/// From steps of the grid `sum`, which the result is rounded to, to steps of the output. oneDNN 2.6 keeps one
/// set of parameters for each eltwise algorithm of a chain, so this is not the clip that bounds may end it
/// with.
void appendSummandRounding(const QParams& sum, const QParams& y, dnnl::post_ops& ops) {
    const auto zero = static_cast<float>(sum.zeroPoint[0]);
    ops.append_eltwise(1.0F, dnnl::algorithm::eltwise_round, 0.0F, 0.0F);
    ops.append_eltwise(scaleRatio(sum.scale[0], y.scale[0]), dnnl::algorithm::eltwise_clip_v2,
                       static_cast<float>(sum.quantMin) - zero, static_cast<float>(sum.quantMax) - zero);
}

void appendResidual(const NodeBuilder& b, dnnl::post_ops& ops) {
    if (!b.isInteger()) {
        ops.append_sum(1.0F);
        return;
    }
    if (b.node().preAdd) {
        appendSummandRounding(*b.node().preAdd, *b.outputQParams(), ops);
    }
    const QParams& residual = *b.inputQParams(1);
    ops.append_sum(scaleRatio(residual.scale[0], b.outputQParams()->scale[0]),
                   static_cast<int32_t>(residual.zeroPoint[0]),
                   infoOf(residual.dtype).isSigned ? DataType::s8 : DataType::u8);
}

/// A loop of our own adds the residual where two bytes come so near to a half that the order of the additions
/// matters: oneDNN's post-operation would not give the sum of addIntegers().
bool addsAfterwards(const NodeBuilder& b) {
    if (!b.isInteger() || !b.node().preAdd) {
        return false;
    }
    const QParams &own = *b.node().preAdd, &residual = *b.inputQParams(1), &y = *b.outputQParams();
    return !sumIsExact(integerSource(own, scaleRatio(own.scale[0], y.scale[0])),
                       integerSource(residual, scaleRatio(residual.scale[0], y.scale[0])),
                       integerTarget(y, realBounds(b.node())));
}

/// (accumulator + bias) * s_x * s_w / s_y, per output channel; s_y is that of QNode::preAdd where the result
/// is rounded to it.
std::vector<float> outputScales(const NodeBuilder& b) {
    const QParams& y = b.node().preAdd ? *b.node().preAdd : *b.outputQParams();
    std::vector<float> scales(static_cast<size_t>(outputChannels(b.node())));
    for (size_t channel = 0; channel < scales.size(); ++channel) {
        scales[channel] =
            requantizationScale(b.inputQParams(0)->scale[0], weightScale(b.node(), channel), y.scale[0]);
    }
    return scales;
}

/// Each output is the sum of one channel's own products, which no kernel adds in pairs.
bool isDepthwise(const QNode& node) {
    const auto groups = node.attrs.get<int64_t>("groups", 1);
    return groups > 1 && node.weight->size(0) == groups && node.weight->size(1) == 1;
}

}  // namespace

Status checkPairSum(int64_t largest, int64_t other) {
    if (cpuHasVnni() || 2 * largest * other <= std::numeric_limits<int16_t>::max()) {
        return {};
    }
    return failure("u8 * s8 can saturate on a CPU without VNNI: use reduce_range");
}

Status checkPairSums(const NodeBuilder& b) {
    if (!b.isInteger()) {
        return {};
    }
    const QParams& x = *b.inputQParams(0);
    if (cpuHasVnni()) {
        return {};
    }
    if (infoOf(x.dtype).isSigned) {
        return failure("oneDNN halves the weight for int8 activations on a CPU without VNNI: use uint8");
    }
    if (isDepthwise(b.node())) {
        return {};
    }
    return checkPairSum(x.quantMax, b.node().weightInt->to(at::kInt).abs().max().item<int64_t>());
}

void appendBounds(const NodeBuilder& b, dnnl::post_ops& ops) {
    b.isInteger() ? appendIntegerBounds(b, ops) : appendFloatBounds(b, ops);
}

void appendRounding(const QParams& y, dnnl::post_ops& ops) {
    if (y.zeroPoint[0] != 0) {
        ops.append_eltwise(1.0F, dnnl::algorithm::eltwise_round, 0.0F, 0.0F);
    }
}

dnnl::primitive_attr weightedAttributes(const NodeBuilder& b, int channelAxis) {
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    dnnl::post_ops ops;
    const bool afterwards = addsAfterwards(b), addsHere = b.node().hasAdd && !afterwards;
    if (addsHere) {
        appendResidual(b, ops);
    }
    if (!afterwards) {
        appendBounds(b, ops);
    }
    if (b.isInteger()) {
        const QParams& y = afterwards ? *b.node().preAdd : *b.outputQParams();
        if (!addsHere) {
            appendRounding(y, ops);
        }
        attr.set_output_scales(1 << channelAxis, outputScales(b));
        // A zero point of 0 is left out: the kernels without zero points are faster.
        if (const int64_t zero = b.inputQParams(0)->zeroPoint[0]) {
            attr.set_zero_points(DNNL_ARG_SRC, 0, {static_cast<int32_t>(zero)});
        }
        if (const int64_t zero = y.zeroPoint[0]) {
            attr.set_zero_points(DNNL_ARG_DST, 0, {static_cast<int32_t>(zero)});
        }
    }
    attr.set_post_ops(ops);
    return attr;
}

Result<Operand> weightedOutput(NodeBuilder& b, const Operand& x, const Shape& shape, Layout layout) {
    if (addsAfterwards(b)) {
        return b.temporary(shape, byteType(*b.node().preAdd), layout);
    }
    if (!b.node().hasAdd) {
        return b.output(shape, layout);
    }
    QS_ASSIGN(const Operand residual, b.input(1, layout));
    if (residual.shape != shape) {
        return failure("the added tensor has another shape");
    }
    return b.outputOver(residual, residual.buffer != x.buffer);
}

Result<std::string> addedAfterwards(NodeBuilder& b, const Operand& own, std::string name) {
    if (!addsAfterwards(b)) {
        return name;
    }
    QS_ASSIGN(const Operand residual, b.input(1, own.layout));
    if (residual.shape != own.shape) {
        return failure("the added tensor has another shape");
    }
    addIntegerStep(b, own, *b.node().preAdd, residual, *b.inputQParams(1));
    return name + " + loop";
}

Result<Operand> weightedInput(NodeBuilder& b, Layout layout) {
    QS_ASSIGN(Operand x, b.input(0, layout));
    if (b.node().compute != Compute::BFloat16) {
        return x;
    }
    const Operand rounded = b.temporary(x.shape, at::kBFloat16, layout);
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::reorder::primitive_desc pd(cpuEngine(), descOf(x), cpuEngine(), descOf(rounded), attr);
    QS_TRY(call<dnnl::reorder>(b, pd, {{DNNL_ARG_FROM, memoryOf(x)}, {DNNL_ARG_TO, memoryOf(rounded)}}));
    return rounded;
}

DataType weightType(const NodeBuilder& b) {
    return b.node().compute == Compute::BFloat16 ? DataType::bf16 : storedWeightType(b);
}
DataType storedWeightType(const NodeBuilder& b) {
    return b.isInteger() ? DataType::s8 : DataType::f32;
}
DataType biasType(const NodeBuilder& b) {
    return b.isInteger() ? DataType::s32 : DataType::f32;
}

dnnl::memory packedBias(NodeBuilder& b, const dnnl::memory::desc& desc) {
    return constantOf(b, "bias", desc, [&] {
        const QNode& node = b.node();
        dnnl::memory memory(desc, cpuEngine());
        if (!node.bias) {
            std::memset(memory.get_data_handle(), 0, desc.get_size());
        } else {
            const at::Tensor bias = b.isInteger() ? integerBias(node, *b.inputQParams(0)) : *node.bias;
            std::memcpy(memory.get_data_handle(), bias.data_ptr(), desc.get_size());
        }
        return memory;
    });
}

Arguments weightedArguments(NodeBuilder& b, const dnnl::memory& x, const dnnl::memory& y,
                            const dnnl::memory::desc& wanted, const dnnl::memory::desc& stored,
                            const dnnl::memory::desc& bias) {
    return {{DNNL_ARG_SRC, x},
            {DNNL_ARG_WEIGHTS, weightOf(b, storedWeight(b.node()), wanted, stored)},
            {DNNL_ARG_BIAS, packedBias(b, bias)},
            {DNNL_ARG_DST, y}};
}

}  // namespace qs::runtime::onednn
