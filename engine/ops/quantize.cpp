#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "ops/quantize.h"

namespace qs {

namespace {

/// One channel's parameters as the kernels below use them: bounds relative to the zero point, in float32.
struct Grid {
    float scale;
    float low;   ///< quantMin - zeroPoint
    float high;  ///< quantMax - zeroPoint
    int32_t zeroPoint;
};

Grid gridOf(const QParams& qparams, size_t channel) {
    const int64_t zeroPoint = qparams.zeroPoint.at(channel);
    return {static_cast<float>(qparams.scale.at(channel)), static_cast<float>(qparams.quantMin - zeroPoint),
            static_cast<float>(qparams.quantMax - zeroPoint), static_cast<int32_t>(zeroPoint)};
}

/// Ties to even, for |x| < 2^22: adding 1.5 * 2^23 leaves no fraction bits. Vectorizes on every CPU, where
/// std::nearbyint is a library call without SSE4.1.
inline float roundHalfEven(float x) {
    constexpr float magic = 12582912.0f;
    return (x + magic) - magic;
}

/// x / s rounded, with one step of room on either side of the grid so that the caller can tell inside from
/// outside. NaN counts as zero.
inline float steps(float x, const Grid& grid) {
    const float ratio = x / grid.scale;
    const float bounded = std::min(std::max(ratio, grid.low - 1.0f), grid.high + 1.0f);
    return roundHalfEven(ratio == ratio ? bounded : 0.0f);
}

inline float clampToGrid(float steps, const Grid& grid) {
    return std::min(std::max(steps, grid.low), grid.high);
}

/// Calls body(grid, begin, count) for every contiguous run of one channel of a contiguous tensor of x's
/// shape.
template <typename Body>
void forEachRun(const at::Tensor& x, const QParams& qparams, const Body& body) {
    if (!qparams.perChannel()) {
        body(gridOf(qparams, 0), int64_t{0}, x.numel());
        return;
    }
    const int64_t channels = x.size(qparams.axis);
    TORCH_CHECK(qparams.scale.size() == static_cast<size_t>(channels), "qparams for ", qparams.scale.size(),
                " channels, tensor has ", channels);
    int64_t inner = 1;
    for (int64_t d = qparams.axis + 1; d < x.dim(); ++d) {
        inner *= x.size(d);
    }
    const int64_t runs = inner == 0 ? 0 : x.numel() / inner;
    for (int64_t run = 0; run < runs; ++run) {
        body(gridOf(qparams, static_cast<size_t>(run % channels)), run * inner, inner);
    }
}

template <typename Integer>
at::Tensor quantizeTo(const at::Tensor& x, const QParams& qparams, at::ScalarType type) {
    at::Tensor q = at::empty_like(x, x.options().dtype(type));
    const float* from = x.data_ptr<float>();
    Integer* to = q.data_ptr<Integer>();
    forEachRun(x, qparams, [&](const Grid grid, int64_t begin, int64_t count) {
        for (int64_t i = begin; i < begin + count; ++i) {
            to[i] = static_cast<Integer>(static_cast<int32_t>(clampToGrid(steps(from[i], grid), grid)) +
                                         grid.zeroPoint);
        }
    });
    return q;
}

template <typename Integer>
at::Tensor dequantizeFrom(const at::Tensor& q, const QParams& qparams) {
    at::Tensor x = at::empty_like(q, q.options().dtype(at::kFloat));
    const Integer* from = q.data_ptr<Integer>();
    float* to = x.data_ptr<float>();
    forEachRun(q, qparams, [&](const Grid grid, int64_t begin, int64_t count) {
        for (int64_t i = begin; i < begin + count; ++i) {
            to[i] = grid.scale * static_cast<float>(static_cast<int32_t>(from[i]) - grid.zeroPoint);
        }
    });
    return x;
}

/// Fake quantization of contiguous float32 `x`; `inside` (bool, x's shape, may be undefined) receives where
/// the rounded value lies on the grid without clamping, which is where gradients pass.
at::Tensor fakeQuantizeForward(const at::Tensor& x, const QParams& qparams, const at::Tensor& inside) {
    at::Tensor y = at::empty_like(x);
    const float* from = x.data_ptr<float>();
    float* to = y.data_ptr<float>();
    bool* mask = inside.defined() ? inside.data_ptr<bool>() : nullptr;
    forEachRun(x, qparams, [&](const Grid grid, int64_t begin, int64_t count) {
        for (int64_t i = begin; i < begin + count; ++i) {
            to[i] = grid.scale * clampToGrid(steps(from[i], grid), grid);
        }
        if (mask) {
            for (int64_t i = begin; i < begin + count; ++i) {
                const float rounded = steps(from[i], grid);
                mask[i] = (rounded >= grid.low) & (rounded <= grid.high);
            }
        }
    });
    return y;
}

/// ATen's own fake_quantize multiplies by 1 / s, which rounds near-ties differently from the division that
/// quantize() and ONNX's QuantizeLinear make.
struct StraightThrough : torch::autograd::Function<StraightThrough> {
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                              const QParams& qparams) {
        const at::Tensor inside = at::empty_like(x, x.options().dtype(at::kBool));
        context->save_for_backward({inside});
        return fakeQuantizeForward(x, qparams, inside);
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::tensor_list gradients) {
        return {gradients[0].mul(context->get_saved_variables()[0]), at::Tensor()};
    }
};

}  // namespace

at::Tensor quantize(const at::Tensor& x, const QParams& qparams) {
    const at::Tensor source = x.detach().contiguous();
    return qparams.dtype == DType::UInt8 ? quantizeTo<uint8_t>(source, qparams, at::kByte)
                                         : quantizeTo<int8_t>(source, qparams, at::kChar);
}

QParams overWholeType(QParams qparams) {
    const bool isSigned = qparams.dtype == DType::Int8;
    qparams.quantMin = isSigned ? -128 : 0;
    qparams.quantMax = isSigned ? 127 : 255;
    return qparams;
}

at::Tensor dequantize(const at::Tensor& q, const QParams& qparams) {
    const at::Tensor source = q.contiguous();
    return qparams.dtype == DType::UInt8 ? dequantizeFrom<uint8_t>(source, qparams)
                                         : dequantizeFrom<int8_t>(source, qparams);
}

at::Tensor fakeQuantize(const at::Tensor& x, const QParams& qparams) {
    const at::Tensor source = x.contiguous();
    if (!source.requires_grad() || !at::GradMode::is_enabled()) {
        return fakeQuantizeForward(source, qparams, {});
    }
    return StraightThrough::apply(source, qparams);
}

}  // namespace qs
