#include "exporters/operands.h"

#include <algorithm>

#include "ops/op.h"

namespace qs {

std::vector<Operand> operandsOf(const QNode& node) {
    const OpDef* def = ops().find(node.op);
    std::vector<Operand> operands;
    auto constant = node.constants.begin();
    const auto addConstant = [&] {
        const size_t at = operands.size();
        const bool named = def != nullptr && at < def->parameters.size() && !def->parameters[at].empty();
        operands.push_back({.constant = *constant++, .name = named ? def->parameters[at] : "constant"});
    };
    const auto isConstantNext = [&] {
        return std::find(node.constantPositions.begin(), node.constantPositions.end(), operands.size()) !=
               node.constantPositions.end();
    };
    for (const ValueId input : node.inputs) {
        while (isConstantNext()) {
            addConstant();
        }
        operands.push_back({.value = input});
    }
    while (constant != node.constants.end()) {
        addConstant();
    }
    return operands;
}

bool isCarried(const QNode& node) {
    return node.op.find("::") != std::string::npos;
}

CarriedArguments::CarriedArguments(const QNode& node) {
    if (!isCarried(node)) {
        return;
    }
    overload_ = node.attrs.get<std::string>("overload");
    size_t next = 0;
    for (const std::string& text : node.attrs.get<std::vector<std::string>>("arguments")) {
        Argument& argument = arguments_.emplace_back();
        const auto take = [&](int count) {
            for (; count > 0; --count) {
                argument.operands.push_back(next++);
            }
        };
        if (text == "tensor") {
            argument.kind = Kind::Tensor;
            take(1);
        } else if (text.starts_with("list:")) {
            argument.kind = Kind::List;
            take(std::stoi(text.substr(5)));
        } else {
            argument.constant = node.attrs.get<c10::IValue>(text.substr(std::string("constant:").size()));
        }
    }
}

std::optional<int64_t> CarriedArguments::integer(size_t i) const {
    return isConstant(i) && constant(i).isInt() ? std::optional(constant(i).toInt()) : std::nullopt;
}

std::optional<bool> CarriedArguments::boolean(size_t i) const {
    return isConstant(i) && constant(i).isBool() ? std::optional(constant(i).toBool()) : std::nullopt;
}

std::optional<double> CarriedArguments::number(size_t i) const {
    if (isConstant(i) && constant(i).isDouble()) {
        return constant(i).toDouble();
    }
    const auto whole = integer(i);
    return whole ? std::optional(static_cast<double>(*whole)) : std::nullopt;
}

std::optional<std::string> CarriedArguments::text(size_t i) const {
    return isConstant(i) && constant(i).isString() ? std::optional(constant(i).toStringRef()) : std::nullopt;
}

std::optional<std::vector<int64_t>> CarriedArguments::ints(size_t i) const {
    if (const auto single = integer(i)) {
        return std::vector<int64_t>{*single};
    }
    return isConstant(i) && constant(i).isIntList() ? std::optional(constant(i).toIntVector()) : std::nullopt;
}

std::optional<std::vector<double>> CarriedArguments::numbers(size_t i) const {
    return isConstant(i) && constant(i).isDoubleList() ? std::optional(constant(i).toDoubleVector())
                                                       : std::nullopt;
}

}  // namespace qs
