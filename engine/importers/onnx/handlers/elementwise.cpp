#include "importers/onnx/handlers.h"

namespace qs {

namespace {

bool isInteger(const at::Tensor& tensor) {
    return !at::isFloatingType(tensor.scalar_type());
}

/// Operators of one input that ATen has under a name of its own.
constexpr std::pair<const char*, const char*> kUnary[] = {
    {"Relu", "aten::relu"},
    {"Sigmoid", "aten::sigmoid"},
    {"Tanh", "aten::tanh"},
    {"Softplus", "aten::softplus"},
    {"HardSwish", "aten::hardswish"},
    {"Mish", "aten::mish"},
    {"Erf", "aten::erf"},
    {"Sqrt", "aten::sqrt"},
    {"Exp", "aten::exp"},
    {"Log", "aten::log"},
    {"Abs", "aten::abs"},
    {"Neg", "aten::neg"},
    {"Ceil", "aten::ceil"},
    {"Floor", "aten::floor"},
    {"Round", "aten::round"},
    {"Reciprocal", "aten::reciprocal"},
    {"Sign", "aten::sign"},
    {"Sin", "aten::sin"},
    {"Cos", "aten::cos"},
    {"Tan", "aten::tan"},
    {"Asin", "aten::asin"},
    {"Acos", "aten::acos"},
    {"Atan", "aten::atan"},
    {"Sinh", "aten::sinh"},
    {"Cosh", "aten::cosh"},
    {"Asinh", "aten::asinh"},
    {"Acosh", "aten::acosh"},
    {"Atanh", "aten::atanh"},
    {"Not", "aten::logical_not"},
    {"BitwiseNot", "aten::bitwise_not"},
    {"IsNaN", "aten::isnan"},
    {"Det", "aten::linalg_det"},
};

/// Operators of two inputs that broadcast.
constexpr std::pair<const char*, const char*> kBinary[] = {
    {"Add", "aten::add.Tensor"},
    {"Sub", "aten::sub.Tensor"},
    {"Mul", "aten::mul.Tensor"},
    {"Equal", "aten::eq.Tensor"},
    {"Greater", "aten::gt.Tensor"},
    {"GreaterOrEqual", "aten::ge.Tensor"},
    {"Less", "aten::lt.Tensor"},
    {"LessOrEqual", "aten::le.Tensor"},
    {"And", "aten::logical_and"},
    {"Or", "aten::logical_or"},
    {"Xor", "aten::logical_xor"},
    {"BitwiseAnd", "aten::bitwise_and.Tensor"},
    {"BitwiseOr", "aten::bitwise_or.Tensor"},
    {"BitwiseXor", "aten::bitwise_xor.Tensor"},
};

bool eitherIsActivation(std::span<const at::Tensor> tensors) {
    return std::any_of(tensors.begin(), tensors.end(), Tracer::isActivation);
}

/// The second input; before opset 7 an attribute says with which axis of the first its own begin.
at::Tensor second(OnnxNode& node) {
    at::Tensor b = node.input(1);
    if (node.opset() >= 7 || node.integer("broadcast", 0) == 0 || !node.has("axis")) {
        return b;
    }
    const int64_t rank = node.input(0).dim();
    for (int64_t axis = node.axis(node.integer("axis", 0), rank) + b.dim(); axis < rank; ++axis) {
        b = node.call("aten::unsqueeze", {b, -1});
    }
    return b;
}

/// Both inputs, after a look at how large what they broadcast to is.
OnnxNode::Arguments operands(OnnxNode& node) {
    const std::vector<at::Tensor> both{node.input(0), second(node)};
    node.checkSize(node.broadcast(both), eitherIsActivation(both));
    return {both[0], both[1]};
}

at::Tensor divide(OnnxNode& node) {
    OnnxNode::Arguments both = operands(node);
    if (!isInteger(node.input(0))) {
        return node.call("aten::div.Tensor", std::move(both));
    }
    both.emplace_back("trunc");
    return node.call("aten::div.Tensor_mode", std::move(both));
}

at::Tensor modulo(OnnxNode& node) {
    OnnxNode::Arguments both = operands(node);
    const bool likeC = node.integer("fmod", 0) != 0;
    return node.call(likeC ? "aten::fmod.Tensor" : "aten::remainder.Tensor", std::move(both));
}

at::Tensor power(OnnxNode& node) {
    OnnxNode::Arguments both = operands(node);
    const at::Tensor& base = node.input(0);
    if (node.isConstant(1) && node.input(1).numel() == 1 && node.input(1).dim() <= base.dim()) {
        const c10::IValue exponent =
            isInteger(node.input(1)) ? c10::IValue(node.constantInt(1)) : c10::IValue(node.constantNumber(1));
        const bool keepsType = !isInteger(base) || isInteger(node.input(1));
        if (keepsType) {
            return node.call("aten::pow.Tensor_Scalar", {base, exponent});
        }
    }
    const at::Tensor result = node.call("aten::pow.Tensor_Tensor", std::move(both));
    return result.scalar_type() == base.scalar_type()
               ? result
               : node.call("aten::to.dtype", {result, static_cast<int64_t>(base.scalar_type())});
}

at::Tensor bitShift(OnnxNode& node) {
    const bool left = node.text("direction", "LEFT") == "LEFT";
    return node.call(left ? "aten::bitwise_left_shift.Tensor" : "aten::bitwise_right_shift.Tensor",
                     operands(node));
}

at::Tensor isInf(OnnxNode& node) {
    const bool positive = node.integer("detect_positive", 1) != 0;
    const bool negative = node.integer("detect_negative", 1) != 0;
    const char* op = positive && negative ? "aten::isinf" : positive ? "aten::isposinf" : "aten::isneginf";
    if (!positive && !negative) {
        node.fail("it detects neither positive nor negative infinity");
    }
    return node.call(op, {node.input(0)});
}

at::Tensor where(OnnxNode& node) {
    const std::vector<at::Tensor> all{node.input(0), node.input(1), node.input(2)};
    node.checkSize(node.broadcast(all), eitherIsActivation(all));
    return node.call("aten::where.self", {all[0], all[1], all[2]});
}

/// Folds any number of inputs with an operator of two.
OnnxHandler variadic(std::string aten, bool isMean) {
    return [=](OnnxNode& node) {
        const std::vector<at::Tensor>& inputs = node.inputs();
        node.checkSize(node.broadcast(inputs), eitherIsActivation(inputs));
        at::Tensor result = inputs[0];
        for (size_t i = 1; i < inputs.size(); ++i) {
            result = node.call(aten, {result, inputs[i]});
        }
        if (isMean && inputs.size() > 1) {
            result = node.call("aten::div.Scalar", {result, static_cast<double>(inputs.size())});
        }
        return std::vector<at::Tensor>{result};
    };
}

}  // namespace

void registerElementwise(OnnxHandlers& handlers) {
    for (const auto& [op, aten] : kUnary) {
        handlers.add(op, [name = std::string(aten)](OnnxNode& node) {
            return std::vector<at::Tensor>{node.call(name, {node.input(0)})};
        });
    }
    for (const auto& [op, aten] : kBinary) {
        handlers.add(op, [name = std::string(aten)](OnnxNode& node) {
            return std::vector<at::Tensor>{node.call(name, operands(node))};
        });
    }
    handlers.add("Div", divide);
    handlers.add("Mod", modulo);
    handlers.add("Pow", power);
    handlers.add("BitShift", bitShift);
    handlers.add("IsInf", isInf);
    handlers.add("Where", where);
    handlers.add("Min", variadic("aten::minimum", false));
    handlers.add("Max", variadic("aten::maximum", false));
    handlers.add("Sum", variadic("aten::add.Tensor", false));
    handlers.add("Mean", variadic("aten::add.Tensor", true));
}

}  // namespace qs
