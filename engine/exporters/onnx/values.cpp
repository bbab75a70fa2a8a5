#include "exporters/onnx/values.h"

#include <ATen/ops/full.h>
#include <ATen/ops/scalar_tensor.h>

namespace qs {

namespace {

at::Tensor integerScalar(int64_t value, DType dtype) {
    return at::scalar_tensor(value, dtype == DType::UInt8 ? at::kByte : at::kChar);
}

}  // namespace

OnnxValues::OnnxValues(const QuantizedGraph& graph, OnnxBuilder& builder)
    : graph_(graph),
      builder_(builder),
      integers_(graph.values.size()),
      grids_(graph.values.size()),
      reals_(graph.values.size()) {}

OnnxValues::Grid OnnxValues::grid(const std::string& base, const QParams& qparams) {
    return {
        builder_.addInitializer(base + "/scale", at::scalar_tensor(qparams.scale.at(0), at::kFloat)),
        builder_.addInitializer(base + "/zero_point", integerScalar(qparams.zeroPoint.at(0), qparams.dtype))};
}

std::string OnnxValues::real(ValueId id) {
    const auto i = static_cast<size_t>(id.index);
    if (reals_.at(i).empty()) {
        const std::string base = graph_.value(id).name + "/DequantizeLinear";
        reals_[i] = builder_.addNode("DequantizeLinear", base,
                                     {integers_[i], grids_[i].scale, grids_[i].zeroPoint}, base);
    }
    return reals_[i];
}

void OnnxValues::setReal(ValueId id, const std::string& tensor) {
    reals_.at(static_cast<size_t>(id.index)) = tensor;
}

void OnnxValues::setQuantized(const QNode& node, ValueId id, const std::string& real,
                              const IntegerRange& range) {
    const QValue& value = graph_.value(id);
    const auto i = static_cast<size_t>(id.index);
    grids_.at(i) = grid(value.name, *value.qparams);
    std::string tensor = builder_.addNode("QuantizeLinear", node.layer + "/QuantizeLinear",
                                          {real, grids_[i].scale, grids_[i].zeroPoint}, value.name);
    if (range != typeRange(*value.qparams)) {
        const auto bound = [&](const char* name, int64_t q) {
            return builder_.addInitializer(value.name + name, integerScalar(q, value.qparams->dtype));
        };
        tensor = builder_.addNode("Clip", node.layer + "/Clip",
                                  {tensor, bound("/min", range.low), bound("/max", range.high)},
                                  value.name + "/Clip");
    }
    integers_.at(i) = tensor;
}

std::string OnnxValues::round(const std::string& layer, const std::string& real, const QParams& qparams) {
    const std::string base = real + "/rounded";
    const Grid between = grid(base, qparams);
    const std::string integers = builder_.addNode("QuantizeLinear", layer + "/QuantizeLinear",
                                                  {real, between.scale, between.zeroPoint}, base);
    return builder_.addNode("DequantizeLinear", layer + "/DequantizeLinear",
                            {integers, between.scale, between.zeroPoint}, base + "/DequantizeLinear");
}

std::string OnnxValues::constant(const std::string& name, const at::Tensor& integers, const at::Tensor& scale,
                                 int64_t axis) {
    const at::Tensor zeroPoint = at::full(scale.sizes(), 0, integers.scalar_type());
    OnnxAttributes attributes;
    if (scale.dim() > 0) {
        attributes.add("axis", axis);
    }
    return builder_.addNode(
        "DequantizeLinear", name + "/DequantizeLinear",
        {builder_.addInitializer(name, integers), builder_.addInitializer(name + "/scale", scale),
         builder_.addInitializer(name + "/zero_point", zeroPoint)},
        name + "/DequantizeLinear", attributes);
}

}  // namespace qs
