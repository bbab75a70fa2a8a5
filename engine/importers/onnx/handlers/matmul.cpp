#include "importers/onnx/handlers.h"

namespace qs {

namespace {

at::Tensor scaled(OnnxNode& node, const at::Tensor& tensor, double factor) {
    return factor == 1.0 ? tensor : node.call("aten::mul.Scalar", {tensor, factor});
}

at::Tensor gemm(OnnxNode& node) {
    at::Tensor a = node.input(0);
    at::Tensor b = node.input(1);
    if (a.dim() != 2 || b.dim() != 2) {
        node.fail("its inputs must be matrices");
    }
    const double alpha = node.number("alpha", 1.0);
    const double beta = node.number("beta", 1.0);
    const bool transB = node.integer("transB", 0) != 0;
    if (node.integer("transA", 0) != 0) {
        a = node.call("aten::t", {a});
    }
    const int64_t columns = b.size(transB ? 0 : 1);
    if (node.isConstant(1)) {
        b = transB ? b : node.transposed(b);
    } else if (!transB) {
        b = node.call("aten::t", {b});
    }
    b = scaled(node, b, alpha);
    if (!node.hasInput(2)) {
        return node.call("aten::linear", {a, b});
    }
    const at::Tensor& c = node.input(2);
    const bool isBias = c.numel() == columns && (c.dim() == 1 || (c.dim() == 2 && c.size(0) == 1));
    if (node.isConstant(2) && isBias) {
        const at::Tensor bias = scaled(node, c.dim() == 1 ? c : c.reshape({columns}), beta);
        return node.call("aten::linear", {a, b, bias});
    }
    return node.call("aten::add.Tensor", {node.call("aten::linear", {a, b}), scaled(node, c, beta)});
}

at::Tensor matMul(OnnxNode& node) {
    const at::Tensor& a = node.input(0);
    const at::Tensor& b = node.input(1);
    if (Tracer::isActivation(a) && node.isConstant(1) && b.dim() == 2 &&
        at::isFloatingType(b.scalar_type())) {
        return node.call("aten::linear", {a, node.transposed(b)});
    }
    if (a.dim() > 0 && b.dim() > 0) {
        // Above two dimensions the rest broadcasts: bounded by the product of both.
        std::vector<int64_t> shape = shapeOf(a);
        if (b.dim() > 1) {
            shape.back() = b.size(-1);
        }
        for (int64_t i = 0; i + 2 < b.dim(); ++i) {
            shape.push_back(i + 2 < a.dim() && a.size(i) == b.size(i) ? 1 : b.size(i));
        }
        node.checkSize(shape, Tracer::isActivation(a) || Tracer::isActivation(b));
    }
    return node.call("aten::matmul", {a, b});
}

at::Tensor einsum(OnnxNode& node) {
    std::string equation = node.text("equation", "");
    std::erase(equation, ' ');
    return node.call("aten::einsum", {equation, node.inputs()});
}

}  // namespace

void registerMatMuls(OnnxHandlers& handlers) {
    handlers.add("Gemm", gemm);
    handlers.add("MatMul", matMul);
    handlers.add("Einsum", einsum);
}

}  // namespace qs
