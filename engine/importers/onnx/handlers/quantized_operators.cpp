// Operators on integers (QLinearConv, com.microsoft::QLinearAdd, ...): real arithmetic between a
// DequantizeLinear and a QuantizeLinear.

#include "importers/onnx/handlers.h"
#include "importers/onnx/handlers/quantized.h"

namespace qs {

namespace {

/// The real numbers of the integers in input `at`, whose scale and zero point follow it.
at::Tensor operand(OnnxNode& node, size_t at, int64_t axis = 0) {
    return isOnKnownGrid(node, node.input(at), at + 1, at + 2)
               ? realNumbers(node, node.input(at), readGrid(node, at + 1, at + 2, axis))
               : realByArithmetic(node, node.input(at), at + 1, at + 2, axis);
}

/// `real` on the grid in inputs `scale` and `scale` + 1.
at::Tensor result(OnnxNode& node, const at::Tensor& real, size_t scale) {
    return isOnKnownGrid(node, real, scale, scale + 1)
               ? integersOf(node, real, readGrid(node, scale, scale + 1, 0))
               : integersByArithmetic(node, real, scale, scale + 1, 0);
}

at::Tensor apply(const OnnxNode& node, const std::string& op, std::vector<at::Tensor> inputs) {
    OnnxNode real = node.withInputs(std::move(inputs));
    return (*onnxHandlers().find(op))(real).at(0);
}

/// An int32 bias in steps of the product of both scales: as real numbers in double precision, so that
/// dividing by the product brings the integers back.
at::Tensor bias(OnnxNode& node, size_t at, size_t inputScale, size_t weightScale) {
    if (!node.isConstant(at) || !node.isConstant(inputScale) || !node.isConstant(weightScale)) {
        const at::Tensor real =
            node.call("aten::to.dtype", {node.input(at), static_cast<int64_t>(at::kFloat)});
        return node.call(
            "aten::mul.Tensor",
            {real, node.call("aten::mul.Tensor", {node.input(inputScale), node.input(weightScale)})});
    }
    const double scale = node.constantNumber(inputScale);
    const at::Tensor factor = node.input(weightScale).to(at::kDouble).mul(scale);
    return node.input(at).to(at::kDouble).mul(factor).to(at::kFloat);
}

/// x, scale, zero; w, scale, zero; y scale, zero; bias.
at::Tensor convolution(OnnxNode& node) {
    std::vector<at::Tensor> inputs{operand(node, 0), operand(node, 3)};
    if (node.hasInput(8)) {
        inputs.push_back(bias(node, 8, 1, 4));
    }
    return result(node, apply(node, "Conv", std::move(inputs)), 6);
}

at::Tensor matMul(OnnxNode& node) {
    return result(node, apply(node, "MatMul", {operand(node, 0), operand(node, 3, /*axis=*/1)}), 6);
}

/// a, scale, zero; b, scale, zero; bias; y scale, zero, which may be left out: then y is real.
at::Tensor gemm(OnnxNode& node) {
    const int64_t axis = node.integer("transB", 0) != 0 ? 0 : 1;
    std::vector<at::Tensor> inputs{operand(node, 0), operand(node, 3, axis)};
    if (node.hasInput(6)) {
        inputs.push_back(bias(node, 6, 1, 4));
    }
    const at::Tensor real = apply(node, "Gemm", std::move(inputs));
    return node.hasInput(7) ? result(node, real, 7) : real;
}

/// a, scale, zero; b, scale, zero; y scale, zero.
OnnxHandler pairwise(const std::string& op) {
    return [op](OnnxNode& node) {
        return std::vector{result(node, apply(node, op, {operand(node, 0), operand(node, 3)}), 6)};
    };
}

/// x, scale, zero; y scale, zero.
OnnxHandler unary(const std::string& op) {
    return [op](OnnxNode& node) {
        if (node.integer("channels_last", 0) != 0) {
            node.fail("channels_last is not supported");
        }
        return std::vector{result(node, apply(node, op, {operand(node, 0)}), 3)};
    };
}

/// y scale, zero; then tensor, scale, zero for each.
at::Tensor concatenation(OnnxNode& node) {
    std::vector<at::Tensor> inputs;
    for (size_t i = 2; i + 2 < node.inputCount(); i += 3) {
        inputs.push_back(operand(node, i));
    }
    return result(node, apply(node, "Concat", std::move(inputs)), 0);
}

}  // namespace

void registerQuantizedOperators(OnnxHandlers& handlers) {
    handlers.add("QLinearConv", convolution);
    handlers.add("QLinearMatMul", matMul);
    handlers.add("com.microsoft::QGemm", gemm);
    handlers.add("com.microsoft::QLinearAdd", pairwise("Add"));
    handlers.add("com.microsoft::QLinearMul", pairwise("Mul"));
    handlers.add("com.microsoft::QLinearConcat", concatenation);
    for (const std::string op : {"AveragePool", "GlobalAveragePool", "LeakyRelu", "Sigmoid", "Softmax"}) {
        handlers.add("com.microsoft::QLinear" + op, unary(op));
    }
}

}  // namespace qs
