// Means, variances, and products of matrices.

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <numeric>

#include "exporters/onnx/channel_affine.h"
#include "exporters/onnx/step.h"

namespace qs {

namespace {

OnnxResult emitBatchNorm(const OnnxStep& step) {
    if (auto folded = channelAffine(step)) {
        return std::move(*folded);
    }
    std::vector<std::string> inputs;
    for (size_t i = 0; i < 5; ++i) {
        inputs.push_back(step.tensor(i));
    }
    return step.main("BatchNormalization", inputs,
                     OnnxAttributes().add("epsilon", static_cast<float>(step.attrs().get<double>("eps"))));
}

/// (x - mean) / sqrt(variance + eps) over the last `count` axes.
std::string normalize(const OnnxStep& step, const std::string& x, size_t rank, size_t count, double eps) {
    std::vector<int64_t> axes(count);
    std::iota(axes.begin(), axes.end(), static_cast<int64_t>(rank - count));
    const auto mean = [&](const std::string& of) {
        return step.reduce("ReduceMean", of, axes, /*keepdim=*/true, /*isMain=*/false);
    };
    const std::string centred = step.side("Sub", {x, mean(x)});
    const std::string variance = mean(step.side("Mul", {centred, centred}));
    const std::string deviation = step.side("Sqrt", {step.side("Add", {variance, step.scalar(eps)})});
    return step.main("Div", {centred, deviation});
}

/// Times `weight` plus `bias`, each where there is one.
std::string affine(const OnnxStep& step, std::string x, const std::string& weight, const std::string& bias) {
    if (!weight.empty()) {
        x = step.side("Mul", {x, weight});
    }
    return bias.empty() ? x : step.side("Add", {x, bias});
}

/// Over the last `count` axes. ONNX's own operator, since opset 17, wants a weight.
std::string layerNorm(const OnnxStep& step, size_t count, double eps, const std::string& weight,
                      const std::string& bias) {
    constexpr int isOperator = 17;
    const std::string x = step.tensor(0);
    if (step.opset() < isOperator || weight.empty()) {
        return affine(step, normalize(step, x, step.rank(), count, eps), weight, bias);
    }
    std::vector<std::string> inputs{x, weight};
    if (!bias.empty()) {
        inputs.push_back(bias);
    }
    return step.main(
        "LayerNormalization", inputs,
        OnnxAttributes().add("axis", -static_cast<int64_t>(count)).add("epsilon", static_cast<float>(eps)));
}

OnnxResult emitLayerNorm(const OnnxStep& step) {
    return layerNorm(step, step.attrs().ints("normalized_shape").size(), step.attrs().get<double>("eps"),
                     step.tensor(1), step.tensor(2));
}

/// The tensor of argument `i`, or "" for None.
std::string optionalTensor(const OnnxStep& step, size_t i) {
    return step.arguments().isTensor(i) ? step.tensor(step.arguments().operand(i)) : std::string();
}

/// normalized_shape, weight, bias, eps.
OnnxResult emitCarriedLayerNorm(const OnnxStep& step) {
    const auto shape = step.arguments().ints(1);
    const auto eps = step.arguments().number(4);
    if (!shape || !eps || step.node().outputs.size() > 1) {
        return step.noForm();
    }
    return layerNorm(step, shape->size(), *eps, optionalTensor(step, 2), optionalTensor(step, 3));
}

/// The same with mean and 1 / deviation as further results, which have their axes as extents of one.
OnnxResults emitNativeLayerNorm(const OnnxStep& step) {
    constexpr int isOperator = 17;
    const auto shape = step.arguments().ints(1);
    const auto eps = step.arguments().number(4);
    if (!shape || !eps || step.opset() < isOperator) {
        return step.noForm();
    }
    const std::string weight = optionalTensor(step, 2), bias = optionalTensor(step, 3);
    std::vector<std::string> inputs{step.tensor(0),
                                    weight.empty() ? step.constant("weight", at::ones(*shape)) : weight};
    if (!bias.empty()) {
        inputs.push_back(bias);
    }
    return step.mainSeveral("LayerNormalization", inputs,
                            OnnxAttributes()
                                .add("axis", -static_cast<int64_t>(shape->size()))
                                .add("epsilon", static_cast<float>(*eps)));
}

/// A tensor [C] that is seen as [C, 1, ...] beside [N, C, ...]; "" where it is absent.
std::string channelParameter(const OnnxStep& step, size_t argument) {
    if (!step.arguments().isTensor(argument)) {
        return {};
    }
    const size_t index = step.arguments().operand(argument);
    Shape shape(step.rank() - 1, 1);
    shape[0] = -1;
    const Operand& operand = step.operand(index);
    return operand.isConstant() ? step.constant("constant", operand.constant.reshape(shape))
                                : step.side("Reshape", {step.tensor(index), step.integers(shape)});
}

/// groups, weight, bias, eps.
OnnxResult emitGroupNorm(const OnnxStep& step) {
    const auto groups = step.arguments().integer(1);
    const auto eps = step.arguments().number(4);
    if (!groups || !eps || step.rank() < 3) {
        return step.noForm();
    }
    // Before opset 21 the operator had a weight a group, not a channel.
    constexpr int isOperator = 21;
    if (step.opset() >= isOperator && step.arguments().isTensor(2) && step.arguments().isTensor(3)) {
        return step.main(
            "GroupNormalization", {step.tensor(0), optionalTensor(step, 2), optionalTensor(step, 3)},
            OnnxAttributes().add("epsilon", static_cast<float>(*eps)).add("num_groups", *groups));
    }
    const std::string weight = channelParameter(step, 2);
    const std::string bias = channelParameter(step, 3);
    const std::string grouped = step.side("Reshape", {step.tensor(0), step.integers({0, *groups, -1})});
    Shape shape = step.shape(0);
    shape[0] = 0;  // as it is
    const std::string normal =
        step.side("Reshape", {normalize(step, grouped, 3, 1, *eps), step.integers(shape)});
    return affine(step, normal, weight, bias);
}

/// weight, bias, running mean and variance, use_input_stats, momentum, eps.
OnnxResult emitInstanceNorm(const OnnxStep& step) {
    const auto eps = step.arguments().number(7);
    if (!eps || step.arguments().boolean(5) != true || step.rank() < 3) {
        return step.noForm();
    }
    return affine(step, normalize(step, step.tensor(0), step.rank(), step.rank() - 2, *eps),
                  channelParameter(step, 1), channelParameter(step, 2));
}

/// weight, bias, running mean and variance, training, momentum, eps.
OnnxResult emitCarriedBatchNorm(const OnnxStep& step) {
    const auto eps = step.arguments().number(7);
    if (!eps || step.arguments().boolean(5) != false || !step.arguments().isTensor(3) ||
        !step.arguments().isTensor(4)) {
        return step.noForm();
    }
    const at::Tensor one = at::ones({step.shape(0).at(1)}), zero = at::zeros({step.shape(0).at(1)});
    const std::string weight = optionalTensor(step, 1), bias = optionalTensor(step, 2);
    return step.main(
        "BatchNormalization",
        {step.tensor(0), weight.empty() ? step.constant("weight", one) : weight,
         bias.empty() ? step.constant("bias", zero) : bias, optionalTensor(step, 3), optionalTensor(step, 4)},
        OnnxAttributes().add("epsilon", static_cast<float>(*eps)));
}

/// beta * input + alpha * a b, for matrices and batches of them.
OnnxResult emitAddProduct(const OnnxStep& step) {
    const double beta = step.arguments().number(3).value_or(1),
                 alpha = step.arguments().number(4).value_or(1);
    if (step.operandCount() != 3) {
        return step.noForm();
    }
    std::string product = step.main("MatMul", {step.tensor(1), step.tensor(2)});
    if (alpha != 1) {
        product = step.side("Mul", {product, step.scalar(alpha)});
    }
    std::string addend = step.tensor(0);
    if (beta != 1) {
        addend = step.side("Mul", {addend, step.scalar(beta)});
    }
    return step.side("Add", {product, addend});
}

/// equation, tensors.
OnnxResult emitEinsum(const OnnxStep& step) {
    const auto equation = step.arguments().text(0);
    if (!equation || !step.arguments().isList(1)) {
        return step.noForm();
    }
    std::vector<std::string> tensors;
    for (const size_t operand : step.arguments().operands(1)) {
        tensors.push_back(step.tensor(operand));
    }
    return step.main("Einsum", tensors, OnnxAttributes().add("equation", *equation));
}

}  // namespace

void register_normalization(OnnxForms& forms) {
    forms.add("batch_norm", single(emitBatchNorm));
    forms.add("layer_norm", single(emitLayerNorm));
    forms.add("matmul", nodeForm("MatMul"));
    for (const char* op : {"aten::bmm", "aten::matmul", "aten::mm", "aten::mv"}) {
        forms.add(op, nodeForm("MatMul"));
    }
    forms.add("aten::addmm", single(emitAddProduct));
    forms.add("aten::baddbmm", single(emitAddProduct));
    forms.add("aten::batch_norm", single(emitCarriedBatchNorm));
    forms.add("aten::einsum", single(emitEinsum));
    forms.add("aten::group_norm", single(emitGroupNorm));
    forms.add("aten::instance_norm", single(emitInstanceNorm));
    forms.add("aten::layer_norm", single(emitCarriedLayerNorm));
    forms.add("aten::native_layer_norm", emitNativeLayerNorm);
}

}  // namespace qs
