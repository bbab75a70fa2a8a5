#include "runtime/xnnpack/kernels.h"
#include "runtime/xnnpack/weighted.h"

namespace qs::runtime::xnnpack {

namespace {

struct Matrix {
    int64_t rows;
    size_t inputs, outputs;
};

Result<std::string> addFullyConnected(NodeBuilder& b, const Matrix& m, const Operand& x,
                                      const Destination& y) {
    const at::Tensor weight = weightOf(b).contiguous(), bias = biasOf(b);
    if (!b.isInteger()) {
        QS_TRY(addOperator(
            b, m.rows * weight.numel(),
            [&](xnn_operator_t* op) {
                return xnn_create_fully_connected_nc_f32(
                    m.inputs, m.outputs, m.inputs, m.outputs, weight.data_ptr<float>(), dataOf<float>(bias),
                    static_cast<float>(y.bounds.low), static_cast<float>(y.bounds.high), kFlags, op);
            },
            rowSetup<float>(xnn_setup_fully_connected_nc_f32, m.rows, x, y.operand)));
        return std::string("xnnpack f32 linear");
    }
    const QParams &p = *b.inputQParams(0), &q = *y.qparams;
    QS_ASSIGN(const std::vector<float> scales, weightScales(b, y));
    QS_ASSIGN(const ByteRange range, byteRange(y.bounds, q));
    QS_TRY(addOperator(
        b, m.rows * weight.numel(),
        [&](xnn_operator_t* op) {
            return xnn_create_fully_connected_nc_qs8(m.inputs, m.outputs, m.inputs, m.outputs, zeroOf(p),
                                                     scaleOf(p), scales[0], weight.data_ptr<int8_t>(),
                                                     dataOf<int32_t>(bias), zeroOf(q), scaleOf(q), range.min,
                                                     range.max, kFlags, op);
        },
        rowSetup<int8_t>(xnn_setup_fully_connected_nc_qs8, m.rows, x, y.operand)));
    return std::string("xnnpack qs8 linear");
}

/// XNNPACK's own linear layers have one weight scale; with one a channel, the layer is a convolution of
/// images of one pixel, which runs the same matrix kernel.
Result<std::string> addLinear(NodeBuilder& b, const Matrix& m, const Operand& x, const Destination& y) {
    if (!b.isInteger() || !b.node().weightQParams->perChannel()) {
        return addFullyConnected(b, m, x, y);
    }
    Operand pixels = x;
    pixels.shape = {m.rows, static_cast<int64_t>(m.inputs), 1, 1};
    ConvolutionSizes sizes;
    sizes.groupInputs = m.inputs;
    sizes.groupOutputs = m.outputs;
    QS_ASSIGN(const std::string name, addConvolution(b, sizes, weightOf(b).contiguous(), pixels, y));
    return name + " for linear";
}

Result<std::string> lowerLinear(NodeBuilder& b) {
    QS_TRY(checkWeightedStep(b));
    QS_ASSIGN(const Operand x, inputOf(b, 0, Layout::Contiguous));
    const auto weight = b.node().weight->sizes();
    if (x.shape.empty() || weight.size() != 2 || x.shape.back() != weight[1]) {
        return failure("the input does not fit the weight");
    }
    Shape shape = x.shape;
    shape.back() = weight[0];
    const Destination y = destinationOf(b, shape, Layout::Contiguous);
    const Matrix matrix{x.count() / weight[1], static_cast<size_t>(weight[1]),
                        static_cast<size_t>(weight[0])};
    QS_ASSIGN(std::string name, addLinear(b, matrix, x, y));
    return finish(b, y, std::move(name));
}

}  // namespace

}  // namespace qs::runtime::xnnpack

namespace qs {

void register_xnnpack_linear(runtime::KernelRegistry& registry) {
    registry.add("linear", {runtime::xnnpack::lowerLinear});
}

}  // namespace qs
