#include "runtime/xnnpack/weighted.h"

#include <limits>
#include <utility>

#include "ops/integer_bias.h"
#include "runtime/kernels/weighted_step.h"
#include "runtime/xnnpack/binary.h"

namespace qs::runtime::xnnpack {

namespace {

constexpr Bounds kAnything{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};

}  // namespace

Status checkWeightedStep(const NodeBuilder& b) {
    QS_TRY(checkWeighted(b));
    if (b.node().compute == Compute::BFloat16) {
        return failure("XNNPACK has no BF16 here");
    }
    if (b.isInteger() && b.node().hasAdd && !b.node().preAdd) {
        return failure("XNNPACK rounds before it adds, and there are no qparams for that");
    }
    return {};
}

Destination destinationOf(NodeBuilder& b, const Shape& shape, Layout layout) {
    const QParams* y = b.isInteger() ? &*b.outputQParams() : nullptr;
    if (!b.node().hasAdd) {
        return {b.output(shape, layout), y, realBounds(b.node())};
    }
    return {b.temporary(shape, y ? at::kChar : at::kFloat, layout), y ? &*b.node().preAdd : nullptr,
            kAnything};
}

Result<std::string> finish(NodeBuilder& b, const Destination& y, std::string name) {
    if (!b.node().hasAdd) {
        return name;
    }
    QS_ASSIGN(const Operand residual, inputOf(b, 1, y.operand.layout));
    if (residual.shape != y.operand.shape) {
        return failure("the added tensor has another shape");
    }
    const bool integer = b.isInteger();
    const Operand sum = b.output(residual.shape, residual.layout);
    QS_TRY(addBinary(b, Binary::Add, {y.operand, y.qparams},
                     {residual, integer ? &*b.inputQParams(1) : nullptr},
                     {sum, integer ? &*b.outputQParams() : nullptr}, realBounds(b.node())));
    return name + (integer ? " + qs8 add" : " + f32 add");
}

const at::Tensor& weightOf(const NodeBuilder& b) {
    return b.isInteger() ? *b.node().weightInt : *b.node().weight;
}

at::Tensor biasOf(const NodeBuilder& b) {
    if (!b.node().bias) {
        return {};
    }
    return b.isInteger() ? integerBias(b.node(), *b.inputQParams(0)) : *b.node().bias;
}

Result<std::vector<float>> weightScales(const NodeBuilder& b, const Destination& y) {
    constexpr int kLowest = -32;
    const double ratio = b.inputQParams(0)->scale[0] / y.qparams->scale[0];
    std::vector<float> scales;
    for (const double scale : b.node().weightQParams->scale) {
        QS_TRY(checkRatio(ratio * scale, kLowest, 8));
        scales.push_back(static_cast<float>(scale));
    }
    return scales;
}

Result<std::string> addConvolution(NodeBuilder& b, const ConvolutionSizes& s, const at::Tensor& weight,
                                   const Operand& x, const Destination& y) {
    const at::Tensor bias = biasOf(b);
    const int64_t macs = y.operand.count() / weight.size(0) * weight.numel();
    const auto create = [&](auto function, auto... rest) {
        return function(s.padding[0], s.padding[1], s.padding[0], s.padding[1], s.kernel[0], s.kernel[1],
                        s.stride[0], s.stride[1], s.dilation[0], s.dilation[1], s.groups, s.groupInputs,
                        s.groupOutputs, s.groups * s.groupInputs, s.groups * s.groupOutputs, rest...);
    };
    const bool depthwise = s.groups > 1 && s.groupInputs == 1 && s.groupOutputs == 1;
    const std::string suffix = std::string(depthwise ? " dwconv " : " conv ") + std::to_string(s.kernel[0]) +
                               "x" + std::to_string(s.kernel[1]);
    if (!b.isInteger()) {
        QS_TRY(addOperator(
            b, macs,
            [&](xnn_operator_t* op) {
                return create(xnn_create_convolution2d_nhwc_f32, weight.data_ptr<float>(),
                              dataOf<float>(bias), static_cast<float>(y.bounds.low),
                              static_cast<float>(y.bounds.high), kFlags, op);
            },
            imageSetup<float>(xnn_setup_convolution2d_nhwc_f32, x, y.operand)));
        return "xnnpack f32" + suffix;
    }
    const QParams &p = *b.inputQParams(0), &q = *y.qparams;
    QS_ASSIGN(const std::vector<float> scales, weightScales(b, y));
    QS_ASSIGN(const ByteRange range, byteRange(y.bounds, q));
    const auto createInteger = [&](auto function, auto scale, xnn_operator_t* op) {
        return create(function, zeroOf(p), scaleOf(p), scale, weight.data_ptr<int8_t>(),
                      dataOf<int32_t>(bias), zeroOf(q), scaleOf(q), range.min, range.max, kFlags, op);
    };
    if (b.node().weightQParams->perChannel()) {
        QS_TRY(addOperator(
            b, macs,
            [&](xnn_operator_t* op) {
                return createInteger(xnn_create_convolution2d_nhwc_qc8, scales.data(), op);
            },
            imageSetup<int8_t>(xnn_setup_convolution2d_nhwc_qc8, x, y.operand)));
        return "xnnpack qc8" + suffix;
    }
    QS_TRY(addOperator(
        b, macs,
        [&](xnn_operator_t* op) { return createInteger(xnn_create_convolution2d_nhwc_qs8, scales[0], op); },
        imageSetup<int8_t>(xnn_setup_convolution2d_nhwc_qs8, x, y.operand)));
    return "xnnpack qs8" + suffix;
}

}  // namespace qs::runtime::xnnpack
