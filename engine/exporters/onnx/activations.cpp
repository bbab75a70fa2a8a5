// Functions of one tensor, element by element.

#include <cmath>
#include <numbers>

#include "exporters/onnx/step.h"

namespace qs {

namespace {

OnnxResult emitClip(const OnnxStep& step) {
    const Attributes& attrs = step.attrs();
    return step.main(
        "Clip", {step.tensor(0), step.bound(attrs.get<double>("min")), step.bound(attrs.get<double>("max"))});
}

/// scale * (max(x, 0) + alpha * (exp(inputScale * min(x, 0)) - 1)).
std::string elu(const OnnxStep& step, double alpha, double scale, double inputScale) {
    const std::string x = step.tensor(0);
    if (inputScale == 1) {
        const std::string y = step.main("Elu", {x}, OnnxAttributes().add("alpha", static_cast<float>(alpha)));
        return scale == 1 ? y : step.side("Mul", {y, step.scalar(scale)});
    }
    const std::string below =
        step.side("Mul", {step.side("Min", {x, step.scalar(0)}), step.scalar(inputScale)});
    const std::string curve =
        step.main("Elu", {below}, OnnxAttributes().add("alpha", static_cast<float>(alpha)));
    return step.side("Mul", {step.side("Add", {step.side("Relu", {x}), curve}), step.scalar(scale)});
}

OnnxResult emitElu(const OnnxStep& step) {
    const Attributes& attrs = step.attrs();
    return elu(step, attrs.get<double>("alpha", 1), attrs.get<double>("scale", 1),
               attrs.get<double>("input_scale", 1));
}

/// x / 2 * (1 + erf(x / sqrt 2)), or with tanh(sqrt(2 / pi) * (x + 0.044715 x^3)) for erf.
OnnxResult emitGelu(const OnnxStep& step) {
    constexpr int isOperator = 20;
    const std::string x = step.tensor(0);
    const auto approximate = step.attrs().get<std::string>("approximate", "none");
    if (step.opset() >= isOperator) {
        return step.main("Gelu", {x}, OnnxAttributes().add("approximate", approximate));
    }
    std::string sign;
    if (approximate == "tanh") {
        const std::string cube = step.side("Mul", {step.side("Mul", {x, x}), x});
        const std::string sum = step.side("Add", {x, step.side("Mul", {cube, step.scalar(0.044715)})});
        sign = step.main("Tanh", {step.side("Mul", {sum, step.scalar(std::sqrt(2 / std::numbers::pi))})});
    } else {
        sign = step.main("Erf", {step.side("Div", {x, step.scalar(std::numbers::sqrt2)})});
    }
    const std::string product = step.side("Mul", {x, step.side("Add", {sign, step.scalar(1)})});
    return step.side("Mul", {product, step.scalar(0.5)});
}

OnnxAttributes hardSigmoidOf(double alpha, double beta) {
    return OnnxAttributes().add("alpha", static_cast<float>(alpha)).add("beta", static_cast<float>(beta));
}

OnnxResult emitHardSigmoid(const OnnxStep& step) {
    return step.main("HardSigmoid", {step.tensor(0)},
                     hardSigmoidOf(step.attrs().get<double>("alpha"), step.attrs().get<double>("beta")));
}

OnnxResult emitHardSwish(const OnnxStep& step) {
    constexpr int isOperator = 14;
    const std::string x = step.tensor(0);
    if (step.opset() >= isOperator) {
        return step.main("HardSwish", {x});
    }
    return step.side("Mul", {x, step.main("HardSigmoid", {x}, hardSigmoidOf(1.0 / 6, 0.5))});
}

OnnxResult emitLeakyRelu(const OnnxStep& step) {
    return step.main("LeakyRelu", {step.tensor(0)},
                     OnnxAttributes().add("alpha", static_cast<float>(step.attrs().get<double>("slope"))));
}

/// ONNX broadcasts the slopes [C] from behind. Of one slope, runtimes have an integer kernel.
OnnxResult emitPRelu(const OnnxStep& step) {
    const at::Tensor& slope = step.operand(1).constant;
    if (slope.numel() == 1 && step.isInteger()) {
        return step.main("LeakyRelu", {step.tensor(0)}, OnnxAttributes().add("alpha", slope.item<float>()));
    }
    Shape shape{slope.numel()};
    if (slope.numel() > 1) {
        shape.resize(std::max<size_t>(step.rank(), 2) - 1, 1);
    }
    return step.main("PRelu", {step.tensor(0), step.constant("weight", slope.reshape(shape))});
}

OnnxResult emitSilu(const OnnxStep& step) {
    const std::string x = step.tensor(0);
    return step.side("Mul", {x, step.main("Sigmoid", {x})});
}

OnnxResult emitMish(const OnnxStep& step) {
    constexpr int isOperator = 18;
    const std::string x = step.tensor(0);
    if (step.opset() >= isOperator) {
        return step.main("Mish", {x});
    }
    return step.side("Mul", {x, step.main("Tanh", {step.side("Softplus", {x})})});
}

/// beta; the threshold beyond which PyTorch takes the identity does not show in float32.
OnnxResult emitSoftplus(const OnnxStep& step) {
    const double beta = step.arguments().number(1).value_or(1);
    if (beta == 1) {
        return step.main("Softplus", {step.tensor(0)});
    }
    const std::string scaled = step.side("Mul", {step.tensor(0), step.scalar(beta)});
    return step.side("Div", {step.main("Softplus", {scaled}), step.scalar(beta)});
}

OnnxResult emitCelu(const OnnxStep& step) {
    const double alpha = step.arguments().number(1).value_or(1);
    return elu(step, alpha, 1, 1 / alpha);
}

/// x > threshold ? x : value.
OnnxResult emitThreshold(const OnnxStep& step) {
    const auto threshold = step.arguments().number(1), value = step.arguments().number(2);
    if (!threshold || !value) {
        return step.noForm();
    }
    const std::string x = step.tensor(0);
    return step.main("Where", {step.side("Greater", {x, step.scalar(*threshold)}), x, step.scalar(*value)});
}

/// Halves of an axis: a * sigmoid(b).
OnnxResult emitGlu(const OnnxStep& step) {
    const int64_t axis = step.fromFront(step.arguments().integer(1).value_or(-1));
    const auto halves = step.split(axis, 2);
    return step.main("Mul", {halves[0], step.side("Sigmoid", {halves[1]})});
}

/// lambda: 0 between -lambda and lambda. A soft one moves what remains towards 0.
OnnxForm shrink(bool isSoft) {
    return single([isSoft](const OnnxStep& step) -> OnnxResult {
        const auto lambda = static_cast<float>(step.arguments().number(1).value_or(0.5));
        return step.main("Shrink", {step.tensor(0)},
                         OnnxAttributes().add("lambd", lambda).add("bias", isSoft ? lambda : 0.0F));
    });
}

OnnxForm infinite(bool isPositive) {
    return single([isPositive](const OnnxStep& step) -> OnnxResult {
        return step.main("IsInf", {step.tensor(0)},
                         OnnxAttributes()
                             .add("detect_negative", int64_t{!isPositive})
                             .add("detect_positive", int64_t{isPositive}));
    });
}

OnnxForm along(const std::string& op) {
    return single([op](const OnnxStep& step) -> OnnxResult {
        return step.main(op, {step.tensor(0)},
                         OnnxAttributes().add("axis", step.attrs().get<int64_t>("dim")));
    });
}

/// dim, dtype.
OnnxForm carriedAlong(const std::string& op) {
    return single([op](const OnnxStep& step) -> OnnxResult {
        const auto axis = step.arguments().integer(1);
        if (!axis || step.dtype(0) != at::kFloat || step.output().dtype != at::kFloat) {
            return step.noForm();
        }
        return step.main(op, {step.tensor(0)}, OnnxAttributes().add("axis", step.fromFront(*axis)));
    });
}

/// `outer` of `inner` of the tensor.
OnnxForm chain(const std::string& inner, const std::string& outer) {
    return single([=](const OnnxStep& step) -> OnnxResult {
        return step.main(outer, {step.side(inner, {step.tensor(0)})});
    });
}

/// `op` on the tensor and a number.
OnnxForm withNumber(const std::string& op, double number) {
    return single([=](const OnnxStep& step) -> OnnxResult {
        return step.main(op, {step.tensor(0), step.scalar(number, step.dtype(0))});
    });
}

/// A logarithm of another base.
OnnxForm logarithm(double base) {
    return single([base](const OnnxStep& step) -> OnnxResult {
        return step.side("Div", {step.main("Log", {step.tensor(0)}), step.scalar(std::log(base))});
    });
}

/// Operators that ONNX has under another name, with no argument but the tensor.
void addPlain(OnnxForms& forms) {
    const std::pair<const char*, const char*> names[] = {
        {"relu", "Relu"},         {"sigmoid", "Sigmoid"},
        {"tanh", "Tanh"},         {"aten::abs", "Abs"},
        {"aten::acos", "Acos"},   {"aten::acosh", "Acosh"},
        {"aten::asin", "Asin"},   {"aten::asinh", "Asinh"},
        {"aten::atan", "Atan"},   {"aten::atanh", "Atanh"},
        {"aten::ceil", "Ceil"},   {"aten::cos", "Cos"},
        {"aten::cosh", "Cosh"},   {"aten::erf", "Erf"},
        {"aten::exp", "Exp"},     {"aten::floor", "Floor"},
        {"aten::isinf", "IsInf"}, {"aten::isnan", "IsNaN"},
        {"aten::log", "Log"},     {"aten::logical_not", "Not"},
        {"aten::neg", "Neg"},     {"aten::reciprocal", "Reciprocal"},
        {"aten::relu", "Relu"},   {"aten::round", "Round"},
        {"aten::selu", "Selu"},   {"aten::sigmoid", "Sigmoid"},
        {"aten::sign", "Sign"},   {"aten::sin", "Sin"},
        {"aten::sinh", "Sinh"},   {"aten::sqrt", "Sqrt"},
        {"aten::tan", "Tan"},     {"aten::tanh", "Tanh"},
    };
    for (const auto& [op, onnx] : names) {
        forms.add(op, single([op = std::string(onnx)](const OnnxStep& step) -> OnnxResult {
                      return step.arguments().size() > 1 ? OnnxResult(step.noForm())
                                                         : OnnxResult(step.main(op, {step.tensor(0)}));
                  }));
    }
}

}  // namespace

void register_activations(OnnxForms& forms) {
    addPlain(forms);
    forms.add("clip", single(emitClip));
    forms.add("elu", single(emitElu));
    forms.add("gelu", single(emitGelu));
    forms.add("hard_sigmoid", single(emitHardSigmoid));
    forms.add("hard_swish", single(emitHardSwish));
    forms.add("leaky_relu", single(emitLeakyRelu));
    forms.add("prelu", single(emitPRelu));
    forms.add("silu", single(emitSilu));
    forms.add("softmax", along("Softmax"));
    forms.add("aten::celu", single(emitCelu));
    forms.add("aten::expm1", single([](const OnnxStep& step) -> OnnxResult {
                  return step.side("Sub", {step.main("Exp", {step.tensor(0)}), step.scalar(1)});
              }));
    forms.add("aten::glu", single(emitGlu));
    forms.add("aten::hardshrink", shrink(/*isSoft=*/false));
    forms.add("aten::isneginf", infinite(/*isPositive=*/false));
    forms.add("aten::isposinf", infinite(/*isPositive=*/true));
    forms.add("aten::linalg_det", nodeForm("Det"));
    forms.add("aten::log10", logarithm(10));
    forms.add("aten::log1p", single([](const OnnxStep& step) -> OnnxResult {
                  return step.main("Log", {step.side("Add", {step.tensor(0), step.scalar(1)})});
              }));
    forms.add("aten::log2", logarithm(2));
    forms.add("aten::log_sigmoid", chain("Sigmoid", "Log"));
    forms.add("aten::log_softmax", carriedAlong("LogSoftmax"));
    forms.add("aten::mish", single(emitMish));
    forms.add("aten::rsqrt", chain("Sqrt", "Reciprocal"));
    forms.add("aten::softmax", carriedAlong("Softmax"));
    forms.add("aten::softplus", single(emitSoftplus));
    forms.add("aten::softshrink", shrink(/*isSoft=*/true));
    forms.add("aten::square", withNumber("Pow", 2));
    forms.add("aten::threshold", single(emitThreshold));
}

}  // namespace qs
