#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "importers/onnx/handlers.h"
#include "importers/onnx/tensors.h"

namespace qs {

namespace {

at::ScalarType elementType(const OnnxNode& node, const std::string& attribute) {
    // Opsets before 6 have the type's name.
    const bool isNamed = node.op() == "Cast" && node.opset() < 6;
    const int type =
        isNamed ? onnxElementNumber(node.text(attribute, "")) : static_cast<int>(node.count(attribute, 1, 0));
    const auto known = onnxElementType(type);
    if (!known) {
        node.fail("elements of " + onnxElementName(type) + " are not supported");
    }
    return *known;
}

at::Tensor constant(OnnxNode& node) {
    if (const auto tensor = node.tensor("value")) {
        return *tensor;
    }
    if (node.has("value_float")) {
        return at::scalar_tensor(node.number("value_float", 0), at::kFloat);
    }
    if (node.has("value_floats")) {
        return at::tensor(node.numbers("value_floats"), at::kFloat);
    }
    if (node.has("value_int")) {
        return at::scalar_tensor(node.integer("value_int", 0), at::kLong);
    }
    if (node.has("value_ints")) {
        return at::tensor(node.ints("value_ints"), at::kLong);
    }
    node.fail("its value is a string, sparse, or missing, which is not supported");
}

at::Tensor constantOfShape(OnnxNode& node) {
    const std::vector<int64_t> shape = node.constantInts(0);
    node.checkSize(shape, false);
    const auto value = node.tensor("value");
    if (!value) {
        return at::zeros(shape);
    }
    if (value->numel() != 1) {
        node.fail("its value must be one number");
    }
    return value->reshape({}).expand(shape);
}

at::Tensor range(OnnxNode& node) {
    const double begin = node.constantNumber(0);
    const double end = node.constantNumber(1);
    const double step = node.constantNumber(2);
    const double count = std::ceil((end - begin) / step);
    if (!std::isfinite(count) || count > 1e15) {
        node.fail("it goes from " + std::to_string(begin) + " to " + std::to_string(end) + " in steps of " +
                  std::to_string(step));
    }
    const auto length = static_cast<int64_t>(std::max(0.0, count));
    node.checkSize(std::vector<int64_t>{length}, false);
    const at::ScalarType type = node.input(0).scalar_type();
    if (at::isFloatingType(type)) {
        return at::arange(length, at::kDouble).mul(step).add(begin).to(type);
    }
    return at::arange(length, at::kLong).mul(node.constantInt(2)).add(node.constantInt(0)).to(type);
}

at::Tensor converted(OnnxNode& node, at::ScalarType type) {
    const at::Tensor& x = node.input(0);
    return x.scalar_type() == type ? x : node.call("aten::to.dtype", {x, static_cast<int64_t>(type)});
}

at::Tensor cast(OnnxNode& node) {
    return converted(node, elementType(node, "to"));
}

at::Tensor castLike(OnnxNode& node) {
    return converted(node, node.input(1).scalar_type());
}

at::Tensor eyeLike(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    if (x.dim() != 2) {
        node.fail("its input must be a matrix");
    }
    const at::ScalarType type = node.has("dtype") ? elementType(node, "dtype") : x.scalar_type();
    node.checkSize(x.sizes(), false);
    const int64_t diagonal = node.integer("k", 0);
    const at::Tensor rows = at::arange(x.size(0), at::kLong).unsqueeze(1);
    return at::arange(x.size(1), at::kLong).unsqueeze(0).sub(rows).eq(diagonal).to(type);
}

at::Tensor trilu(OnnxNode& node) {
    const int64_t diagonal = node.hasInput(1) ? node.constantInt(1) : 0;
    return node.call(node.integer("upper", 1) != 0 ? "aten::triu" : "aten::tril", {node.input(0), diagonal});
}

}  // namespace

void registerConstants(OnnxHandlers& handlers) {
    handlers.add("Constant", constant);
    handlers.add("ConstantOfShape", constantOfShape);
    handlers.add("Range", range);
    handlers.add("Cast", cast);
    handlers.add("CastLike", castLike);
    handlers.add("EyeLike", eyeLike);
    handlers.add("Trilu", trilu);
}

}  // namespace qs
