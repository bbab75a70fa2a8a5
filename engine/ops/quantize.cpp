#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <limits>

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

/// Up to 8 bits in an int8 or uint8 element, else in 16 or 32.
constexpr int kByteBits = 8;

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
struct Nearest {
    static float steps(float x, const Grid& grid) {
        const float ratio = x / grid.scale;
        const float bounded = std::min(std::max(ratio, grid.low - 1.0f), grid.high + 1.0f);
        return roundHalfEven(ratio == ratio ? bounded : 0.0f);
    }
};

/// The nearer of -1 and 1; gradients pass where |x| is at most the greater of the two (XNOR-Net, section 3.1,
/// https://arxiv.org/abs/1603.05279).
struct Sign {
    static float steps(float x, const Grid& grid) {
        const float side = x < 0 ? -1.0f : 1.0f;
        return std::abs(x) <= grid.scale ? side : 2 * side;
    }
};

inline float clampToGrid(float steps, const Grid& grid) {
    return std::min(std::max(steps, grid.low), grid.high);
}

template <typename Body>
void forEachGroup(const at::Tensor& x, const QParams& qparams, const Body& body) {
    TORCH_CHECK(qparams.axis == 0, "groups lie within the rows of axis 0, not ", qparams.axis);
    const int64_t rows = x.size(0);
    const int64_t row = rows == 0 ? 0 : x.numel() / rows;
    const int64_t groups = (row + qparams.group - 1) / qparams.group;
    TORCH_CHECK(qparams.scale.size() == static_cast<size_t>(rows * groups), "qparams for ",
                qparams.scale.size(), " groups, tensor has ", rows * groups);
    for (int64_t i = 0; i < rows * groups; ++i) {
        const int64_t offset = i % groups * qparams.group;
        body(gridOf(qparams, static_cast<size_t>(i)), i / groups * row + offset,
             std::min(qparams.group, row - offset));
    }
}

/// Calls body(grid, begin, count) for every contiguous run of one channel or group of a contiguous tensor of
/// x's shape.
template <typename Body>
void forEachRun(const at::Tensor& x, const QParams& qparams, const Body& body) {
    if (!qparams.perChannel()) {
        body(gridOf(qparams, 0), int64_t{0}, x.numel());
        return;
    }
    if (qparams.group > 0) {
        forEachGroup(x, qparams, body);
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

template <typename Integer, typename Rounding>
at::Tensor quantizeTo(const at::Tensor& x, const QParams& qparams, at::ScalarType type) {
    at::Tensor q = at::empty_like(x, x.options().dtype(type));
    const float* from = x.data_ptr<float>();
    Integer* to = q.data_ptr<Integer>();
    forEachRun(x, qparams, [&](const Grid grid, int64_t begin, int64_t count) {
        for (int64_t i = begin; i < begin + count; ++i) {
            to[i] = static_cast<Integer>(
                static_cast<int32_t>(clampToGrid(Rounding::steps(from[i], grid), grid)) + grid.zeroPoint);
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
template <typename Rounding>
at::Tensor fakeQuantizeOnGrid(const at::Tensor& x, const QParams& qparams, const at::Tensor& inside) {
    at::Tensor y = at::empty_like(x);
    const float* from = x.data_ptr<float>();
    float* to = y.data_ptr<float>();
    bool* mask = inside.defined() ? inside.data_ptr<bool>() : nullptr;
    forEachRun(x, qparams, [&](const Grid grid, int64_t begin, int64_t count) {
        for (int64_t i = begin; i < begin + count; ++i) {
            to[i] = grid.scale * clampToGrid(Rounding::steps(from[i], grid), grid);
        }
        if (mask) {
            for (int64_t i = begin; i < begin + count; ++i) {
                const float rounded = Rounding::steps(from[i], grid);
                mask[i] = (rounded >= grid.low) & (rounded <= grid.high);
            }
        }
    });
    return y;
}

float floatRounded(float x, const DTypeInfo& type) {
    if (std::isnan(x)) {
        return x;
    }
    const auto most = static_cast<float>(type.greatestFinite);
    int exponent = 0;
    std::frexp(x, &exponent);  // |x| in [2^(exponent - 1), 2^exponent)
    const int lastBit = std::max(exponent - 1, type.leastExponent) - type.mantissaBits;
    const float rounded = std::ldexp(std::nearbyint(std::ldexp(x, -lastBit)), lastBit);
    // 8 bits saturate, as in ONNX's QuantizeLinear; wider ones overflow to infinity, as processors do.
    return type.bits > kByteBits && std::abs(rounded) > most
               ? std::copysign(std::numeric_limits<float>::infinity(), rounded)
               : std::min(std::max(rounded, -most), most);
}

at::Tensor fakeQuantizeToFloat(const at::Tensor& x, const QParams& qparams, const at::Tensor& inside) {
    at::Tensor y = at::empty_like(x);
    const DTypeInfo& type = infoOf(qparams.dtype);
    const float* from = x.data_ptr<float>();
    float* to = y.data_ptr<float>();
    bool* mask = inside.defined() ? inside.data_ptr<bool>() : nullptr;
    forEachRun(x, qparams, [&](const Grid grid, int64_t begin, int64_t count) {
        for (int64_t i = begin; i < begin + count; ++i) {
            to[i] = grid.scale * floatRounded(from[i] / grid.scale, type);
            if (mask) {
                mask[i] = std::abs(from[i] / grid.scale) <= type.greatestFinite;
            }
        }
    });
    return y;
}

at::Tensor fakeQuantizeForward(const at::Tensor& x, const QParams& qparams, const at::Tensor& inside) {
    if (!infoOf(qparams.dtype).isInteger) {
        return fakeQuantizeToFloat(x, qparams, inside);
    }
    return qparams.dtype == DType::Binary ? fakeQuantizeOnGrid<Sign>(x, qparams, inside)
                                          : fakeQuantizeOnGrid<Nearest>(x, qparams, inside);
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

at::ScalarType storageOf(DType dtype) {
    const DTypeInfo& type = infoOf(dtype);
    TORCH_CHECK(type.isInteger, std::string(type.name), " has no integers");
    if (type.bits <= kByteBits) {
        return type.isSigned ? at::kChar : at::kByte;
    }
    return type.isSigned ? at::kShort : at::kInt;
}

at::Tensor quantize(const at::Tensor& x, const QParams& qparams) {
    const at::Tensor source = x.detach().contiguous();
    const at::ScalarType storage = storageOf(qparams.dtype);
    if (qparams.dtype == DType::Binary) {
        return quantizeTo<int8_t, Sign>(source, qparams, storage);
    }
    switch (storage) {
        case at::kByte:
            return quantizeTo<uint8_t, Nearest>(source, qparams, storage);
        case at::kShort:
            return quantizeTo<int16_t, Nearest>(source, qparams, storage);
        case at::kInt:
            return quantizeTo<int32_t, Nearest>(source, qparams, storage);
        default:
            return quantizeTo<int8_t, Nearest>(source, qparams, storage);
    }
}

QParams overWholeType(QParams qparams) {
    qparams.dtype = infoOf(qparams.dtype).isSigned ? DType::Int8 : DType::UInt8;
    qparams.quantMin = infoOf(qparams.dtype).least;
    qparams.quantMax = infoOf(qparams.dtype).greatest;
    return qparams;
}

at::Tensor dequantize(const at::Tensor& q, const QParams& qparams) {
    const at::Tensor source = q.contiguous();
    switch (storageOf(qparams.dtype)) {
        case at::kByte:
            return dequantizeFrom<uint8_t>(source, qparams);
        case at::kShort:
            return dequantizeFrom<int16_t>(source, qparams);
        case at::kInt:
            return dequantizeFrom<int32_t>(source, qparams);
        default:
            return dequantizeFrom<int8_t>(source, qparams);
    }
}

at::Tensor fakeQuantize(const at::Tensor& x, const QParams& qparams) {
    const at::Tensor source = x.contiguous();
    if (!source.requires_grad() || !at::GradMode::is_enabled()) {
        return fakeQuantizeForward(source, qparams, {});
    }
    return StraightThrough::apply(source, qparams);
}

at::Tensor roundToFloat(const at::Tensor& x, DType dtype) {
    return fakeQuantizeToFloat(x.detach().contiguous(), {dtype, -1, {1}, {0}, 0, 0}, {});
}

}  // namespace qs
