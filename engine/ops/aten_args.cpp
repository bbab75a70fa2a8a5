#include "ops/aten_args.h"

namespace qs {

const c10::IValue* AtenArgs::constant(size_t i) const {
    return i < args_.size() && !args_[i].value.valid() && args_[i].list.empty() ? &args_[i].constant
                                                                                : nullptr;
}

std::optional<int64_t> AtenArgs::integer(size_t i) const {
    const c10::IValue* value = constant(i);
    return value && value->isInt() ? std::optional(value->toInt()) : std::nullopt;
}

std::optional<bool> AtenArgs::boolean(size_t i) const {
    const c10::IValue* value = constant(i);
    return value && value->isBool() ? std::optional(value->toBool()) : std::nullopt;
}

std::optional<double> AtenArgs::number(size_t i) const {
    const c10::IValue* value = constant(i);
    if (value && value->isDouble()) {
        return value->toDouble();
    }
    const auto whole = integer(i);
    return whole ? std::optional<double>(static_cast<double>(*whole)) : std::nullopt;
}

std::optional<std::string> AtenArgs::text(size_t i) const {
    const c10::IValue* value = constant(i);
    return value && value->isString() ? std::optional(value->toStringRef()) : std::nullopt;
}

std::optional<std::vector<int64_t>> AtenArgs::ints(size_t i) const {
    if (const auto single = integer(i)) {
        return std::vector<int64_t>{*single};
    }
    const c10::IValue* value = constant(i);
    return value && value->isIntList() ? std::optional(value->toIntVector()) : std::nullopt;
}

std::optional<std::vector<double>> AtenArgs::numbers(size_t i) const {
    const c10::IValue* value = constant(i);
    return value && value->isDoubleList() ? std::optional(value->toDoubleVector()) : std::nullopt;
}

std::optional<int64_t> AtenArgs::axis(size_t i, size_t of) const {
    const auto axis = integer(i);
    return axis && isTensor(of) ? fromFront(*axis, shape(of).size()) : std::nullopt;
}

std::optional<int64_t> fromFront(int64_t axis, size_t rank) {
    const auto extent = static_cast<int64_t>(rank);
    if (axis < -extent || axis >= extent) {
        return std::nullopt;
    }
    return axis < 0 ? axis + extent : axis;
}

std::optional<OpenedOp> openUnary(const Graph& graph, std::span<const AtenArg> raw) {
    const AtenArgs args(graph, raw);
    if (!args.isActivation(0)) {
        return std::nullopt;
    }
    return OpenedOp{{}, {args.tensor(0)}};
}

std::vector<AtenBinding> withInPlace(
    const std::string& schema,
    const std::function<std::optional<OpenedOp>(const Graph&, std::span<const AtenArg>)>& open) {
    return {{schema, open}, {schema + "_", open}};
}

}  // namespace qs
