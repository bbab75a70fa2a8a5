#include "importers/packed_parameters.h"

#include <ATen/core/class_type.h>
#include <ATen/native/quantized/PackedParams.h>

#include <algorithm>
#include <cmath>

#include "graph/grid_check.h"
#include "importers/tracer.h"
#include "ops/quantize.h"

namespace qs {

namespace {

std::vector<double> numbers(const at::Tensor& tensor) {
    const at::Tensor wide = tensor.to(at::kDouble).contiguous();
    return {wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel()};
}

/// uint8 as int8: both the integers and their zero points are less by 128.
constexpr int64_t kShift = 128;
constexpr double kFar = 1 << 24;  ///< beyond any 8-bit grid, and safe to convert

template <int kDimensions>
PackedParameters unpackConvolution(ConvPackedParamsBase<kDimensions>& packed) {
    PackedParameters parameters;
    auto [weight, bias] = packed.unpack();
    parameters.weight = unpackTensor(weight);
    parameters.bias = bias ? std::optional(*bias) : std::nullopt;
    parameters.stride = packed.stride().vec();
    parameters.padding = packed.padding().vec();
    parameters.outputPadding = packed.output_padding().vec();
    parameters.dilation = packed.dilation().vec();
    parameters.groups = packed.groups();
    parameters.transposed = packed.transpose();
    parameters.isConvolution = true;
    return parameters;
}

template <typename Packed>
c10::intrusive_ptr<Packed> as(const c10::IValue& value) {
    return value.type()->isSubtypeOf(*c10::getCustomClassType<c10::intrusive_ptr<Packed>>())
               ? value.toCustomClass<Packed>()
               : c10::intrusive_ptr<Packed>();
}

}  // namespace

UnpackedTensor unpackTensor(const at::Tensor& tensor) {
    const at::ScalarType type = tensor.scalar_type();
    if (type != at::kQInt8 && type != at::kQUInt8) {
        throw ImportError(std::string("its weight is ") + c10::toString(type) +
                          ", and only 8-bit integers have a form here");
    }
    const int64_t shift = type == at::kQUInt8 ? kShift : 0;
    QParams grid{DType::Int8, -1, {}, {}, -128, 127};
    std::vector<double> zeroPoints;
    if (tensor.qscheme() == at::kPerTensorAffine) {
        grid.scale = {tensor.q_scale()};
        zeroPoints = {static_cast<double>(tensor.q_zero_point())};
    } else {
        grid.axis = static_cast<int>(tensor.q_per_channel_axis());
        grid.scale = numbers(tensor.q_per_channel_scales());
        zeroPoints = numbers(tensor.q_per_channel_zero_points());
    }
    for (const double zeroPoint : zeroPoints) {
        if (zeroPoint != std::nearbyint(std::clamp(zeroPoint, -kFar, kFar))) {
            throw ImportError("its weight has a zero point between two integers, which has no form here");
        }
        grid.zeroPoint.push_back(static_cast<int64_t>(zeroPoint) - shift);
    }
    if (const std::string problem = gridProblem(grid); !problem.empty()) {
        throw ImportError("the grid of its weight is damaged: " + problem);
    }
    const at::Tensor integers = tensor.int_repr().to(at::kInt).sub(shift).to(at::kChar).contiguous();
    return {dequantize(integers, grid), grid};
}

std::optional<PackedParameters> unpackParameters(const c10::IValue& value) {
    if (!value.isObject()) {
        return std::nullopt;
    }
    if (const auto linear = as<LinearPackedParamsBase>(value)) {
        PackedParameters parameters;
        auto [weight, bias] = linear->unpack();
        parameters.weight = unpackTensor(weight);
        parameters.bias = bias ? std::optional(*bias) : std::nullopt;
        return parameters;
    }
    if (const auto convolution = as<ConvPackedParamsBase<2>>(value)) {
        return unpackConvolution(*convolution);
    }
    if (const auto convolution = as<ConvPackedParamsBase<3>>(value)) {
        return unpackConvolution(*convolution);
    }
    return std::nullopt;
}

}  // namespace qs
