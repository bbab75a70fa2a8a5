#include "importers/onnx/handlers.h"

namespace qs {

namespace {

// Operators of ONNX Runtime's own domain that its optimizer writes and that have an obvious form.

at::Tensor fusedActivation(OnnxNode& node, const at::Tensor& x) {
    const std::string kind = node.text("activation", "Relu");
    const std::vector<double> numbers = node.numbers("activation_params");
    if (kind == "Relu" || kind == "Sigmoid" || kind == "Tanh") {
        return node.call(kind == "Relu"   ? "aten::relu"
                         : kind == "Tanh" ? "aten::tanh"
                                          : "aten::sigmoid",
                         {x});
    }
    if (kind == "LeakyRelu" && numbers.size() == 1) {
        return node.call("aten::leaky_relu", {x, numbers[0]});
    }
    if (kind == "Clip" && numbers.size() == 2) {
        return node.call("aten::clamp", {x, numbers[0], numbers[1]});
    }
    if (kind == "HardSigmoid" && numbers.size() == 2) {
        const at::Tensor y = node.call("aten::mul.Scalar", {x, numbers[0]});
        return node.call("aten::clamp", {node.call("aten::add.Scalar", {y, numbers[1]}), 0.0, 1.0});
    }
    node.fail("activation " + kind + " is not supported");
}

std::vector<at::Tensor> fusedConv(OnnxNode& node) {
    at::Tensor y = (*onnxHandlers().find("Conv"))(node)[0];
    if (node.hasInput(3)) {
        y = node.call("aten::add.Tensor", {y, node.input(3)});
    }
    return {fusedActivation(node, y)};
}

std::vector<at::Tensor> fusedGemm(OnnxNode& node) {
    return {fusedActivation(node, (*onnxHandlers().find("Gemm"))(node)[0])};
}

at::Tensor fusedMatMul(OnnxNode& node) {
    const auto turned = [&](const at::Tensor& x, const char* attribute) {
        return node.integer(attribute, 0) != 0 && x.dim() > 1 ? node.call("aten::transpose.int", {x, -2, -1})
                                                              : x;
    };
    const at::Tensor y =
        node.call("aten::matmul", {turned(node.input(0), "transA"), turned(node.input(1), "transB")});
    const double alpha = node.number("alpha", 1.0);
    return alpha == 1.0 ? y : node.call("aten::mul.Scalar", {y, alpha});
}

at::Tensor gelu(OnnxNode& node) {
    return node.call("aten::gelu", {node.input(0)});
}

/// With an optional bias as the second input.
at::Tensor biased(OnnxNode& node) {
    return node.hasInput(1) ? node.call("aten::add.Tensor", {node.input(0), node.input(1)}) : node.input(0);
}

at::Tensor biasGelu(OnnxNode& node) {
    return node.call("aten::gelu", {biased(node)});
}

at::Tensor fastGelu(OnnxNode& node) {
    return node.call("aten::gelu", {biased(node), "tanh"});
}

at::Tensor quickGelu(OnnxNode& node) {
    const double alpha = node.number("alpha", 1.702);
    const at::Tensor gate =
        node.call("aten::sigmoid", {node.call("aten::mul.Scalar", {node.input(0), alpha})});
    return node.call("aten::mul.Tensor", {node.input(0), gate});
}

/// Inputs: input, skip, gamma, beta, bias. Output 3 is the sum before the norm.
std::vector<at::Tensor> skipLayerNorm(OnnxNode& node) {
    at::Tensor sum = node.call("aten::add.Tensor", {node.input(0), node.input(1)});
    if (node.hasInput(4)) {
        sum = node.call("aten::add.Tensor", {sum, node.input(4)});
    }
    if (node.wantsOutput(1) || node.wantsOutput(2)) {
        node.fail("its mean and deviation as outputs are not supported");
    }
    const at::Tensor y =
        node.call("aten::layer_norm", {sum, std::vector<int64_t>{sum.size(-1)}, node.input(2),
                                       node.optionalInput(3), node.number("epsilon", 1e-12), false});
    return {y, at::Tensor(), at::Tensor(), sum};
}

}  // namespace

void registerContrib(OnnxHandlers& handlers) {
    handlers.add("com.microsoft::FusedConv", fusedConv);
    handlers.add("com.microsoft::FusedGemm", fusedGemm);
    handlers.add("com.microsoft::FusedMatMul", fusedMatMul);
    handlers.add("com.microsoft::Gelu", gelu);
    handlers.add("com.microsoft::BiasGelu", biasGelu);
    handlers.add("com.microsoft::FastGelu", fastGelu);
    handlers.add("com.microsoft::QuickGelu", quickGelu);
    handlers.add("com.microsoft::SkipLayerNormalization", skipLayerNorm);
}

}  // namespace qs
