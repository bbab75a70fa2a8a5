#include "runtime/xnnpack/kernels.h"
#include "runtime/xnnpack/weighted.h"

namespace qs::runtime::xnnpack {

namespace {

/// Vertical before horizontal.
struct Deconvolution {
    std::array<uint32_t, 2> kernel, stride, dilation, padding, adjustment;
    uint32_t groups;
    Shape output;
};

Result<Deconvolution> deconvolutionOf(const QNode& node, const Shape& input) {
    const auto weight = node.weight->sizes();
    const Attributes& attrs = node.attrs;
    const auto stride = attrs.ints("stride"), padding = attrs.ints("padding"),
               adjustment = attrs.ints("output_padding"), dilation = attrs.ints("dilation");
    if (weight.size() != 4 || stride.size() != 2 || padding.size() != 2 || adjustment.size() != 2 ||
        dilation.size() != 2) {
        return failure("it is not two-dimensional");
    }
    if (input[1] != weight[0]) {
        return failure("the input's channels do not fit the weight");
    }
    Deconvolution d{};
    d.groups = static_cast<uint32_t>(attrs.get<int64_t>("groups", 1));
    d.output = {input[0], weight[1] * d.groups};
    for (size_t i = 0; i < 2; ++i) {
        const int64_t extent = (input[2 + i] - 1) * stride[i] + (weight[2 + i] - 1) * dilation[i] + 1 -
                               2 * padding[i] + adjustment[i];
        if (extent <= 0) {
            return failure("its output is empty");
        }
        d.output.push_back(extent);
        d.kernel[i] = static_cast<uint32_t>(weight[2 + i]);
        d.stride[i] = static_cast<uint32_t>(stride[i]);
        d.dilation[i] = static_cast<uint32_t>(dilation[i]);
        d.padding[i] = static_cast<uint32_t>(padding[i]);
        d.adjustment[i] = static_cast<uint32_t>(adjustment[i]);
    }
    return d;
}

template <typename T>
using SetupDeconvolution = xnn_status (*)(xnn_operator_t, size_t, size_t, size_t, uint32_t, uint32_t,
                                          const T*, T*, pthreadpool_t);

template <typename T>
Setup deconvolutionSetup(SetupDeconvolution<T> setup, const Operand& x, const Operand& y,
                         std::array<uint32_t, 2> adjustment) {
    return [setup, batch = static_cast<size_t>(x.shape[0]), height = static_cast<size_t>(x.shape[2]),
            width = static_cast<size_t>(x.shape[3]), adjustment, from = x.buffer,
            to = y.buffer](xnn_operator_t op, pthreadpool_t pool) {
        return setup(op, batch, height, width, adjustment[0], adjustment[1], sourceOf<T>(from),
                     targetOf<T>(to), pool);
    };
}

Result<std::string> addDeconvolution(NodeBuilder& b, const Deconvolution& d, const Operand& x,
                                     const Destination& y) {
    const auto s = weightOf(b).sizes();
    const int64_t inputs = s[0] / d.groups, outputs = s[1];
    const at::Tensor weight = weightOf(b)
                                  .reshape({d.groups, inputs, outputs, s[2], s[3]})
                                  .permute({0, 2, 3, 4, 1})
                                  .contiguous();  // G, O/G, H, W, I/G
    const at::Tensor bias = biasOf(b);
    const int64_t macs = x.count() / s[0] * weight.numel();
    const auto create = [&](auto function, auto... rest) {
        return function(d.padding[0], d.padding[1], d.padding[0], d.padding[1], d.kernel[0], d.kernel[1],
                        d.stride[0], d.stride[1], d.dilation[0], d.dilation[1], d.groups,
                        static_cast<size_t>(inputs), static_cast<size_t>(outputs), static_cast<size_t>(s[0]),
                        static_cast<size_t>(outputs * d.groups), rest...);
    };
    const std::string suffix = " deconv " + std::to_string(d.kernel[0]) + "x" + std::to_string(d.kernel[1]);
    if (!b.isInteger()) {
        QS_TRY(addOperator(
            b, macs,
            [&](xnn_operator_t* op) {
                return create(xnn_create_deconvolution2d_nhwc_f32, weight.data_ptr<float>(),
                              dataOf<float>(bias), static_cast<float>(y.bounds.low),
                              static_cast<float>(y.bounds.high), kFlags, op);
            },
            deconvolutionSetup<float>(xnn_setup_deconvolution2d_nhwc_f32, x, y.operand, d.adjustment)));
        return "xnnpack f32" + suffix;
    }
    const QParams &p = *b.inputQParams(0), &q = *y.qparams;
    QS_ASSIGN(const std::vector<float> scales, weightScales(b, y));
    QS_ASSIGN(const ByteRange range, byteRange(y.bounds, q));
    QS_TRY(addOperator(
        b, macs,
        [&](xnn_operator_t* op) {
            return create(xnn_create_deconvolution2d_nhwc_qs8, zeroOf(p), scaleOf(p), scales[0],
                          weight.data_ptr<int8_t>(), dataOf<int32_t>(bias), zeroOf(q), scaleOf(q), range.min,
                          range.max, kFlags, op);
        },
        deconvolutionSetup<int8_t>(xnn_setup_deconvolution2d_nhwc_qs8, x, y.operand, d.adjustment)));
    return "xnnpack qs8" + suffix;
}

Result<std::string> lowerConvTranspose2d(NodeBuilder& b) {
    QS_TRY(checkWeightedStep(b));
    if (b.isInteger() && b.node().weightQParams->perChannel()) {
        return failure("XNNPACK transposes convolutions with one weight scale only, not one a channel");
    }
    QS_ASSIGN(const Operand x, inputOf(b, 0, Layout::ChannelsLast));
    QS_ASSIGN(const Deconvolution d, deconvolutionOf(b.node(), x.shape));
    const Destination y = destinationOf(b, d.output, Layout::ChannelsLast);
    QS_ASSIGN(std::string name, addDeconvolution(b, d, x, y));
    return finish(b, y, std::move(name));
}

}  // namespace

}  // namespace qs::runtime::xnnpack

namespace qs {

void register_xnnpack_conv_transpose2d(runtime::KernelRegistry& registry) {
    registry.add("conv_transpose2d", {runtime::xnnpack::lowerConvTranspose2d});
}

}  // namespace qs
