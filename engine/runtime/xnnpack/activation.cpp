#include <cmath>
#include <limits>

#include "runtime/xnnpack/kernels.h"
#include "runtime/xnnpack/operator.h"
#include "runtime/xnnpack/qparams.h"

namespace qs::runtime::xnnpack {

namespace {

// All of these see their input as one row of as many channels as it has elements.

template <typename T>
Result<std::string> addElementwise(NodeBuilder& b, const std::string& name, const Create& create,
                                   xnn_status (*setup)(xnn_operator_t, size_t, const T*, T*, pthreadpool_t)) {
    QS_ASSIGN(const Operand x, inputOf(b, 0));
    const Operand y = b.output(x.shape, x.layout);
    QS_TRY(addOperator(b, kMacsPerElement * x.count(), create, rowSetup<T>(setup, 1, x, y)));
    return "xnnpack " + name;
}

Result<size_t> countOf(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0));
    return static_cast<size_t>(x.count());
}

/// relu and clip on their own: in integers without a change of scale or zero point.
Result<std::string> lowerClamp(NodeBuilder& b) {
    QS_ASSIGN(const size_t n, countOf(b));
    const Bounds bounds = realBounds(b.node());
    if (!b.isInteger()) {
        return addElementwise<float>(
            b, "f32 clamp",
            [&](xnn_operator_t* op) {
                return xnn_create_clamp_nc_f32(n, n, n, static_cast<float>(bounds.low),
                                               static_cast<float>(bounds.high), kFlags, op);
            },
            xnn_setup_clamp_nc_f32);
    }
    if (b.inputQParams(0) != b.outputQParams()) {
        return failure("XNNPACK clamps integers without a change of scale or zero point only");
    }
    QS_ASSIGN(const ByteRange range, byteRange(bounds, *b.outputQParams()));
    return addElementwise<int8_t>(
        b, "s8 clamp",
        [&](xnn_operator_t* op) { return xnn_create_clamp_nc_s8(n, n, n, range.min, range.max, kFlags, op); },
        xnn_setup_clamp_nc_s8);
}

/// The other activations are not clamped.
Status checkUnbounded(const NodeBuilder& b) {
    if (!realBounds(b.node()).isUnbounded()) {
        return failure("XNNPACK fuses no other activation into this one");
    }
    return {};
}

/// sigmoid and tanh have fixed output qparams.
Status checkOutput(const NodeBuilder& b, double scale, int8_t zero) {
    const QParams& y = *b.outputQParams();
    if (y.scale[0] != scale || y.zeroPoint[0] != zero) {
        return failure("XNNPACK takes an output scale of 1/" + std::to_string(std::lround(1 / scale)) +
                       " and a zero point of " + std::to_string(zero) + " (signed) only");
    }
    return {};
}

/// A table of 256 entries that XNNPACK computes.
template <typename Function>
Result<std::string> addTable(NodeBuilder& b, const std::string& name, Function create,
                             xnn_status (*setup)(xnn_operator_t, size_t, const int8_t*, int8_t*,
                                                 pthreadpool_t)) {
    QS_ASSIGN(const size_t n, countOf(b));
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    QS_ASSIGN(const ByteRange range, byteRange(realBounds(b.node()), q));
    return addElementwise<int8_t>(
        b, name,
        [&](xnn_operator_t* op) {
            return create(n, n, n, zeroOf(p), scaleOf(p), zeroOf(q), scaleOf(q), range.min, range.max, kFlags,
                          op);
        },
        setup);
}

Result<std::string> lowerSigmoid(NodeBuilder& b) {
    if (b.isInteger()) {
        QS_TRY(checkOutput(b, 1.0 / 256, std::numeric_limits<int8_t>::min()));
        return addTable(b, "qs8 sigmoid", xnn_create_sigmoid_nc_qs8, xnn_setup_sigmoid_nc_qs8);
    }
    QS_TRY(checkUnbounded(b));
    QS_ASSIGN(const size_t n, countOf(b));
    return addElementwise<float>(
        b, "f32 sigmoid", [&](xnn_operator_t* op) { return xnn_create_sigmoid_nc_f32(n, n, n, kFlags, op); },
        xnn_setup_sigmoid_nc_f32);
}

Result<std::string> lowerTanh(NodeBuilder& b) {
    if (!b.isInteger()) {
        return failure("XNNPACK has no tanh of floats");
    }
    QS_TRY(checkOutput(b, 1.0 / 128, 0));
    return addTable(b, "qs8 tanh", xnn_create_tanh_nc_qs8, xnn_setup_tanh_nc_qs8);
}

Result<std::string> lowerElu(NodeBuilder& b) {
    const Attributes& attrs = b.node().attrs;
    if (attrs.get<double>("scale", 1) != 1 || attrs.get<double>("input_scale", 1) != 1) {
        return failure("XNNPACK scales no ELU (a SELU)");
    }
    const auto alpha = static_cast<float>(attrs.get<double>("alpha", 1));
    if (b.isInteger()) {
        const auto create = [alpha](size_t channels, size_t inputStride, size_t outputStride, auto... rest) {
            return xnn_create_elu_nc_qs8(channels, inputStride, outputStride, alpha, rest...);
        };
        return addTable(b, "qs8 ELU", create, xnn_setup_elu_nc_qs8);
    }
    QS_TRY(checkUnbounded(b));
    QS_ASSIGN(const size_t n, countOf(b));
    return addElementwise<float>(
        b, "f32 ELU", [&](xnn_operator_t* op) { return xnn_create_elu_nc_f32(n, n, n, alpha, kFlags, op); },
        xnn_setup_elu_nc_f32);
}

Result<std::string> lowerHardSwish(NodeBuilder& b) {
    if (b.isInteger()) {
        return failure("XNNPACK has no hard-swish of integers");
    }
    QS_TRY(checkUnbounded(b));
    QS_ASSIGN(const size_t n, countOf(b));
    return addElementwise<float>(
        b, "f32 hard-swish",
        [&](xnn_operator_t* op) { return xnn_create_hardswish_nc_f32(n, n, n, kFlags, op); },
        xnn_setup_hardswish_nc_f32);
}

Result<std::string> lowerLeakyRelu(NodeBuilder& b) {
    if (b.isInteger()) {
        return failure("XNNPACK has a leaky ReLU of unsigned integers only");
    }
    QS_TRY(checkUnbounded(b));
    QS_ASSIGN(const size_t n, countOf(b));
    const auto slope = static_cast<float>(b.node().attrs.get<double>("slope"));
    return addElementwise<float>(
        b, "f32 leaky ReLU",
        [&](xnn_operator_t* op) { return xnn_create_leaky_relu_nc_f32(n, n, n, slope, kFlags, op); },
        xnn_setup_leaky_relu_nc_f32);
}

}  // namespace

}  // namespace qs::runtime::xnnpack

namespace qs {

void register_xnnpack_activation(runtime::KernelRegistry& registry) {
    registry.add("relu", {runtime::xnnpack::lowerClamp});
    registry.add("clip", {runtime::xnnpack::lowerClamp});
    registry.add("sigmoid", {runtime::xnnpack::lowerSigmoid});
    registry.add("tanh", {runtime::xnnpack::lowerTanh});
    registry.add("elu", {runtime::xnnpack::lowerElu});
    registry.add("hard_swish", {runtime::xnnpack::lowerHardSwish});
    registry.add("leaky_relu", {runtime::xnnpack::lowerLeakyRelu});
}

}  // namespace qs
