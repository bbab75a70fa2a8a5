#include "exporters/onnx/values.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include "ops/op.h"

namespace qs {

namespace {

at::Tensor integerScalar(int64_t value, DType dtype) {
    return at::scalar_tensor(value, infoOf(dtype).isSigned ? at::kChar : at::kByte);
}

}  // namespace

OnnxValues::OnnxValues(const QuantizedGraph& graph, OnnxBuilder& builder, const OnnxProfile& profile)
    : graph_(graph),
      builder_(builder),
      profile_(profile),
      integers_(graph.values.size()),
      reals_(graph.values.size()) {}

OnnxGrid OnnxValues::grid(const std::string& base, const QParams& qparams,
                          const std::optional<OnnxElement>& element) {
    const at::Tensor scale = at::scalar_tensor(qparams.scale.at(0), at::kFloat);
    const at::Tensor zero =
        at::scalar_tensor(qparams.zeroPoint.at(0), infoOf(qparams.dtype).isInteger ? at::kInt : at::kFloat);
    return {builder_.addInitializer(base + "/scale", scale),
            builder_.addNumbers(base + "/zero_point", zero,
                                element ? *element : elementFor(qparams.dtype, kOldestOnnxOpset).value())};
}

OnnxGrid OnnxValues::gridOf(const QNode& node, ValueId id) {
    const QValue& value = graph_.value(id);
    return keepsGrid(graph_, node) && graph_.isInteger(node) ? integers(node.inputs.at(0)).grid
                                                             : grid(value.name, *value.qparams);
}

OnnxIntegers OnnxValues::integers(ValueId id) const {
    return integers_.at(static_cast<size_t>(id.index));
}

std::string OnnxValues::real(ValueId id) {
    const auto i = static_cast<size_t>(id.index);
    if (reals_.at(i).empty()) {
        const std::string base = graph_.value(id).name + "/DequantizeLinear";
        const auto& [tensor, grid] = integers_[i];
        reals_[i] = builder_.addNode("DequantizeLinear", base, {tensor, grid.scale, grid.zeroPoint}, base);
    }
    return reals_[i];
}

void OnnxValues::setReal(ValueId id, const std::string& tensor) {
    reals_.at(static_cast<size_t>(id.index)) = tensor;
}

void OnnxValues::setQuantized(const QNode& node, ValueId id, const std::string& real,
                              const IntegerRange& range) {
    const QValue& value = graph_.value(id);
    const OnnxGrid grid = gridOf(node, id);
    quantized_.push_back({id, real, value.qparams->scale.at(0)});
    const std::string tensor = builder_.addNode("QuantizeLinear", node.layer + "/QuantizeLinear",
                                                {real, grid.scale, grid.zeroPoint}, value.name);
    setIntegers(node, id, {tensor, grid}, range);
}

void OnnxValues::setIntegers(const QNode& node, ValueId id, const OnnxIntegers& integers,
                             const IntegerRange& range) {
    const QValue& value = graph_.value(id);
    integers_.at(static_cast<size_t>(id.index)) = {
        narrowed(node.layer, value.name, integers.tensor, *value.qparams, range), integers.grid};
}

std::string OnnxValues::narrowed(const std::string& layer, const std::string& base,
                                 const std::string& integers, const QParams& qparams,
                                 const IntegerRange& range) {
    if (range == typeRange(qparams)) {
        return integers;
    }
    const auto bound = [&](const char* name, int64_t q) {
        return builder_.addInitializer(base + name, integerScalar(q, qparams.dtype));
    };
    return builder_.addNode("Clip", layer + "/Clip",
                            {integers, bound("/min", range.low), bound("/max", range.high)}, base + "/Clip");
}

std::string OnnxValues::round(const std::string& layer, const std::string& real, const QParams& qparams,
                              const std::optional<OnnxElement>& element) {
    const std::string base = real + "/rounded";
    const OnnxGrid between = grid(base, qparams, element);
    const std::string rounded = builder_.addNode("QuantizeLinear", layer + "/QuantizeLinear",
                                                 {real, between.scale, between.zeroPoint}, base);
    const std::string numbers =
        element ? rounded : narrowed(layer, base, rounded, qparams, {qparams.quantMin, qparams.quantMax});
    return builder_.addNode("DequantizeLinear", layer + "/DequantizeLinear",
                            {numbers, between.scale, between.zeroPoint}, base + "/DequantizeLinear");
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

std::string OnnxValues::weights(const std::string& name, const at::Tensor& numbers,
                                const OnnxElement& element, const QParams& grid, bool transposed) {
    const bool inGroups = grid.group > 0;
    // Groups are runs of a row in memory order, which ONNX's blocks are of a matrix's row alone.
    const bool isFlat = inGroups && numbers.dim() > 2;
    const at::Tensor rows = isFlat ? numbers.flatten(1) : numbers;
    const auto turned = [&](const at::Tensor& tensor) {
        return transposed && tensor.dim() == 2 ? tensor.t() : tensor;
    };
    OnnxAttributes attributes;
    Shape parameters;
    if (inGroups) {
        attributes.add("axis", int64_t{transposed ? 0 : 1}).add("block_size", grid.group);
        parameters = {rows.size(0), static_cast<int64_t>(grid.scale.size()) / rows.size(0)};
    } else if (grid.perChannel()) {
        attributes.add("axis", int64_t{transposed ? 1 - grid.axis : grid.axis});
        parameters = {static_cast<int64_t>(grid.scale.size())};
    }
    const at::Tensor scale = at::tensor(grid.scale, at::kFloat).reshape(parameters);
    std::vector<std::string> inputs{builder_.addNumbers(name, turned(rows), element),
                                    builder_.addInitializer(name + "/scale", turned(scale))};
    if (infoOf(grid.dtype).isInteger) {
        const at::Tensor zero = at::tensor(grid.zeroPoint, at::kInt).reshape(parameters);
        inputs.push_back(builder_.addNumbers(name + "/zero_point", turned(zero), element));
    }
    const std::string real = builder_.addNode("DequantizeLinear", name + "/DequantizeLinear", inputs,
                                              name + "/DequantizeLinear", attributes);
    if (!isFlat) {
        return real;
    }
    const std::string shape =
        builder_.addInitializer(name + "/shape", at::tensor(numbers.sizes(), at::kLong));
    return builder_.addNode("Reshape", name + "/Reshape", {real, shape}, name + "/Reshape");
}

std::string OnnxValues::quantizedConstant(const std::string& name, const at::Tensor& integers,
                                          const at::Tensor& scale, int64_t axis) {
    OnnxAttributes attributes;
    Shape along(static_cast<size_t>(integers.dim()), 1);
    if (scale.dim() > 0) {
        attributes.add("axis", axis);
        along.at(static_cast<size_t>(axis)) = scale.numel();
    }
    const std::string real = builder_.addInitializer(name, integers.to(at::kFloat) * scale.reshape(along));
    const OnnxGrid grid{
        builder_.addInitializer(name + "/scale", scale),
        builder_.addInitializer(name + "/zero_point", at::full(scale.sizes(), 0, integers.scalar_type()))};
    const std::string quantized =
        builder_.addNode("QuantizeLinear", name + "/QuantizeLinear", {real, grid.scale, grid.zeroPoint},
                         name + "/QuantizeLinear", attributes);
    return builder_.addNode("DequantizeLinear", name + "/DequantizeLinear",
                            {quantized, grid.scale, grid.zeroPoint}, name + "/DequantizeLinear", attributes);
}

std::string OnnxValues::constant(const std::string& name, const at::Tensor& integers,
                                 const QParams& qparams) {
    const std::string tensor = builder_.addInitializer(name, integers);
    const OnnxGrid own = grid(name, qparams);
    return builder_.addNode("DequantizeLinear", name + "/DequantizeLinear",
                            {tensor, own.scale, own.zeroPoint}, name + "/DequantizeLinear");
}

}  // namespace qs
