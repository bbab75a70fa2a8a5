// Functions of several tensors or of a tensor and a number, element by element.

#include <c10/core/ScalarType.h>

#include "exporters/onnx/channel_affine.h"
#include "exporters/onnx/step.h"
#include "ops/quantize.h"

namespace qs {

namespace {

/// Two operands of one element type, as ONNX wants them.
struct Pair {
    std::string a, b;
    at::ScalarType dtype = at::kFloat;
};

bool isNumber(const CarriedArguments& arguments, size_t i) {
    return arguments.number(i).has_value() || arguments.boolean(i).has_value();
}

/// The type that PyTorch computes in: a number only decides where it is of another kind than the tensor.
at::ScalarType promoted(const OnnxStep& step, size_t i, size_t j) {
    const CarriedArguments& arguments = step.arguments();
    const auto tensorType = [&](size_t k) { return step.dtype(arguments.operand(k)); };
    if (arguments.isTensor(i) && arguments.isTensor(j)) {
        return c10::promoteTypes(tensorType(i), tensorType(j));
    }
    const size_t tensor = arguments.isTensor(i) ? i : j, number = arguments.isTensor(i) ? j : i;
    const at::ScalarType type = tensorType(tensor);
    if (c10::isFloatingType(type)) {
        return type;
    }
    if (!arguments.integer(number) && !arguments.boolean(number)) {
        return at::kFloat;
    }
    return type == at::kBool && arguments.integer(number) ? at::kLong : type;
}

std::string operandAs(const OnnxStep& step, size_t argument, at::ScalarType dtype) {
    const CarriedArguments& arguments = step.arguments();
    if (!arguments.isTensor(argument)) {
        const auto flag = arguments.boolean(argument);
        return step.scalar(flag ? (*flag ? 1 : 0) : *arguments.number(argument), dtype);
    }
    const size_t operand = arguments.operand(argument);
    const std::string tensor = step.tensor(operand);
    return step.dtype(operand) == dtype ? tensor : step.cast(tensor, dtype);
}

/// Arguments `i` and `j`, of which one at least is a tensor; nothing for anything else.
std::optional<Pair> pairOf(const OnnxStep& step, size_t i = 0, size_t j = 1,
                           std::optional<at::ScalarType> dtype = {}) {
    const CarriedArguments& arguments = step.arguments();
    const auto fits = [&](size_t k) { return arguments.isTensor(k) || isNumber(arguments, k); };
    if (!fits(i) || !fits(j) || !(arguments.isTensor(i) || arguments.isTensor(j))) {
        return std::nullopt;
    }
    const at::ScalarType type = dtype.value_or(promoted(step, i, j));
    return Pair{operandAs(step, i, type), operandAs(step, j, type), type};
}

/// Runtimes add, divide and compare integers of 32 and 64 bits alone.
bool isNarrow(at::ScalarType type) {
    return type == at::kByte || type == at::kChar || type == at::kShort;
}

/// The two operands in a type that runtimes compute in; PyTorch's own is pair.dtype.
std::optional<Pair> widePair(const OnnxStep& step) {
    auto pair = pairOf(step);
    if (pair && isNarrow(pair->dtype)) {
        const at::ScalarType type = pair->dtype;
        pair = pairOf(step, 0, 1, at::kInt);
        pair->dtype = type;
    }
    return pair;
}

/// What was computed with a widePair() in the type of the pair: what does not fit wraps around.
std::string narrowed(const OnnxStep& step, const std::string& wide, const Pair& pair) {
    return isNarrow(pair.dtype) ? step.cast(wide, pair.dtype) : wide;
}

OnnxForm binary(const std::string& op, std::optional<at::ScalarType> dtype = {}) {
    return single([=](const OnnxStep& step) -> OnnxResult {
        const auto pair = dtype ? pairOf(step, 0, 1, dtype) : widePair(step);
        if (!pair) {
            return step.noForm();
        }
        const std::string result = step.main(op, {pair->a, pair->b});
        return step.output().dtype == at::kBool ? result : narrowed(step, result, *pair);
    });
}

/// a + alpha * b, or a - alpha * b; `reversed` swaps a and b.
OnnxForm scaledSum(const std::string& op, bool reversed = false) {
    return single([=](const OnnxStep& step) -> OnnxResult {
        auto pair = widePair(step);
        if (!pair) {
            return step.noForm();
        }
        if (reversed) {
            std::swap(pair->a, pair->b);
        }
        const double alpha = step.arguments().number(2).value_or(1);
        if (alpha != 1) {
            const at::ScalarType type = isNarrow(pair->dtype) ? at::kInt : pair->dtype;
            pair->b = step.side("Mul", {pair->b, step.scalar(alpha, type)});
        }
        return narrowed(step, step.main(op, {pair->a, pair->b}), *pair);
    });
}

/// True division, or rounded towards zero ("trunc") or down ("floor").
OnnxResult emitDiv(const OnnxStep& step) {
    const std::string mode = step.arguments().text(2).value_or("");
    auto pair = widePair(step);
    if (!pair) {
        return step.noForm();
    }
    if (mode.empty() && !c10::isFloatingType(pair->dtype)) {
        pair = pairOf(step, 0, 1, at::kFloat);
    }
    if (!c10::isFloatingType(pair->dtype)) {
        // ONNX rounds towards zero; what is a multiple of the divisor is not rounded.
        if (mode == "floor") {
            pair->a = step.side("Sub", {pair->a, step.side("Mod", {pair->a, pair->b})});
        }
        return narrowed(step, step.main("Div", {pair->a, pair->b}), *pair);
    }
    const std::string ratio = step.main("Div", {pair->a, pair->b});
    if (mode == "floor") {
        return step.side("Floor", {ratio});
    }
    if (mode == "trunc") {
        return step.side("Mul",
                         {step.side("Sign", {ratio}), step.side("Floor", {step.side("Abs", {ratio})})});
    }
    return ratio;
}

/// The remainder has the divisor's sign: a - b * floor(a / b). ONNX's Mod does that for integers only.
OnnxResult emitRemainder(const OnnxStep& step) {
    const auto pair = pairOf(step);
    if (!pair) {
        return step.noForm();
    }
    if (!c10::isFloatingType(pair->dtype)) {
        return step.main("Mod", {pair->a, pair->b});
    }
    const std::string whole = step.side("Floor", {step.side("Div", {pair->a, pair->b})});
    return step.main("Sub", {pair->a, step.side("Mul", {whole, pair->b})});
}

OnnxResult emitFmod(const OnnxStep& step) {
    const auto pair = pairOf(step);
    return pair ? OnnxResult(step.main("Mod", {pair->a, pair->b}, OnnxAttributes().add("fmod", int64_t{1})))
                : OnnxResult(step.noForm());
}

OnnxResult emitNotEqual(const OnnxStep& step) {
    const auto pair = pairOf(step);
    return pair ? OnnxResult(step.side("Not", {step.main("Equal", {pair->a, pair->b})}))
                : OnnxResult(step.noForm());
}

/// condition ? a : b.
OnnxResult emitWhere(const OnnxStep& step) {
    const auto pair = pairOf(step, 1, 2);
    if (!pair || !step.arguments().isTensor(0)) {
        return step.noForm();
    }
    return step.main("Where", {operandAs(step, 0, at::kBool), pair->a, pair->b});
}

/// mask ? value : x.
OnnxResult emitMaskedFill(const OnnxStep& step) {
    const CarriedArguments& arguments = step.arguments();
    if (!arguments.isTensor(0) || !(arguments.isTensor(2) || isNumber(arguments, 2))) {
        return step.noForm();
    }
    const at::ScalarType dtype = step.dtype(arguments.operand(0));
    return step.main("Where", {operandAs(step, 1, at::kBool), operandAs(step, 2, dtype),
                               step.tensor(arguments.operand(0))});
}

/// Bounds that are numbers, tensors or absent.
OnnxForm clampBetween(size_t low, size_t high) {
    return single([=](const OnnxStep& step) -> OnnxResult {
        const CarriedArguments& arguments = step.arguments();
        const at::ScalarType dtype = step.dtype(0);
        std::string x = step.tensor(0);
        const auto bound = [&](size_t i, const char* op) {
            if (i > 0 && !arguments.isNone(i)) {
                x = step.side(op, {x, operandAs(step, i, dtype)});
            }
        };
        bound(low, "Max");
        bound(high, "Min");
        return x;
    });
}

/// A type change: aten::to.dtype, .dtype_layout, .other; aten::type_as.
OnnxResult emitCast(const OnnxStep& step) {
    if (step.dtype(0) == step.output().dtype) {
        return step.main("Identity", {step.tensor(0)});
    }
    return step.main("Cast", {step.tensor(0)},
                     OnnxAttributes().add("to", static_cast<int64_t>(onnxType(step.output().dtype))));
}

/// Addition and multiplication of activations or of one and a constant.
OnnxForm arithmetic(const std::string& op) {
    return single([op](const OnnxStep& step) -> OnnxResult {
        if (auto affine = channelAffine(step)) {
            return std::move(*affine);
        }
        const auto& grid = step.node().constantQParams;
        std::vector<std::string> tensors;
        for (size_t i = 0; i < step.operandCount(); ++i) {
            const Operand& operand = step.operand(i);
            const bool onGrid = operand.isConstant() && grid && step.profile().fusesEachNode;
            tensors.push_back(onGrid ? step.values().constant(step.node().layer + ".constant",
                                                              quantize(operand.constant, *grid), *grid)
                                     : step.tensor(i));
        }
        return step.main(op, tensors);
    });
}

/// On truth values the logical operator; on integers one of opset 18.
OnnxForm bitwise(const std::string& kind) {
    return single([kind](const OnnxStep& step) -> OnnxResult {
        constexpr int isOperator = 18;
        const bool isLogical = step.output().dtype == at::kBool;
        if (!isLogical && step.opset() < isOperator) {
            return step.noForm();
        }
        const std::string op = (isLogical ? "" : "Bitwise") + kind;
        if (kind == "Not") {
            return step.main(op, {step.tensor(0)});
        }
        const auto pair = pairOf(step);
        return pair ? OnnxResult(step.main(op, {pair->a, pair->b})) : OnnxResult(step.noForm());
    });
}

/// ONNX shifts unsigned numbers; signed ones are multiplied with a power of two, or divided by it and rounded
/// down.
OnnxForm shifted(const std::string& direction) {
    return single([direction](const OnnxStep& step) -> OnnxResult {
        const auto pair = pairOf(step);
        if (!pair) {
            return step.noForm();
        }
        if (pair->dtype == at::kByte) {
            return step.main("BitShift", {pair->a, pair->b}, OnnxAttributes().add("direction", direction));
        }
        const auto wide = pairOf(step, 0, 1, at::kLong);
        const std::string power = step.side("Pow", {step.scalar(2, at::kLong), wide->b});
        const std::string rest = direction == "LEFT" ? "" : step.side("Mod", {wide->a, power});
        const std::string result = direction == "LEFT"
                                       ? step.main("Mul", {wide->a, power})
                                       : step.main("Div", {step.side("Sub", {wide->a, rest}), power});
        return pair->dtype == at::kLong ? result : step.cast(result, pair->dtype);
    });
}

void addBitwise(OnnxForms& forms) {
    // As torch.bitwise_and(a, b), and as a & b.
    for (const auto& [op, kind] : {std::pair("aten::bitwise_and", "And"),
                                   {"aten::__and__", "And"},
                                   {"aten::bitwise_or", "Or"},
                                   {"aten::__or__", "Or"},
                                   {"aten::bitwise_xor", "Xor"},
                                   {"aten::__xor__", "Xor"},
                                   {"aten::bitwise_not", "Not"}}) {
        forms.add(op, bitwise(kind));
    }
    forms.add("aten::bitwise_left_shift", shifted("LEFT"));
    forms.add("aten::bitwise_right_shift", shifted("RIGHT"));
}

void addComparisons(OnnxForms& forms) {
    forms.add("aten::eq", binary("Equal"));
    forms.add("aten::ge", binary("GreaterOrEqual"));
    forms.add("aten::gt", binary("Greater"));
    forms.add("aten::le", binary("LessOrEqual"));
    forms.add("aten::lt", binary("Less"));
    forms.add("aten::ne", single(emitNotEqual));
    forms.add("aten::logical_and", binary("And", at::kBool));
    forms.add("aten::logical_or", binary("Or", at::kBool));
    forms.add("aten::logical_xor", binary("Xor", at::kBool));
}

}  // namespace

void register_arithmetic(OnnxForms& forms) {
    addBitwise(forms);
    addComparisons(forms);
    forms.add("add", arithmetic("Add"));
    forms.add("mul", arithmetic("Mul"));
    forms.add("aten::add", scaledSum("Add"));
    forms.add("aten::clamp", clampBetween(1, 2));
    forms.add("aten::clamp_max", clampBetween(0, 1));
    forms.add("aten::clamp_min", clampBetween(1, 0));
    forms.add("aten::div", single(emitDiv));
    forms.add("aten::fmod", single(emitFmod));
    forms.add("aten::masked_fill", single(emitMaskedFill));
    forms.add("aten::maximum", binary("Max"));
    forms.add("aten::minimum", binary("Min"));
    forms.add("aten::mul", binary("Mul"));
    forms.add("aten::pow", binary("Pow"));
    forms.add("aten::remainder", single(emitRemainder));
    forms.add("aten::rsub", scaledSum("Sub", /*reversed=*/true));
    forms.add("aten::sub", scaledSum("Sub"));
    forms.add("aten::to", single(emitCast));
    forms.add("aten::type_as", single(emitCast));
    forms.add("aten::where", single(emitWhere));
}

}  // namespace qs
