#include "importers/torchscript/operator_effect.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/jit/mobile/upgrader_mobile.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>
#include <string>
#include <utility>

namespace qs {

namespace {

std::shared_ptr<const c10::FunctionSchema> schemaOf(const c10::OperatorName& name) {
    if (const auto op = torch::jit::findOperatorFor(name)) {
        return {op, &op->schema()};
    }
    const auto op = c10::Dispatcher::singleton().findSchema(name);
    return op && op->hasSchema() ? std::make_shared<const c10::FunctionSchema>(op->schema()) : nullptr;
}

/// Whether LibTorch replaces the operator, in archives of `version`, by instructions of its own.
bool isUpgraded(const std::string& name, uint64_t version) {
    static const auto upgraders = torch::jit::getOperatorVersionMapForMobile();
    const auto found = upgraders.find(name);
    return found != upgraders.end() && std::ranges::any_of(found->second, [&](const auto& upgrader) {
               return std::cmp_less_equal(upgrader.min_version, version) &&
                      std::cmp_less_equal(version, upgrader.max_version);
           });
}

StackValue resultOf(const c10::TypePtr& type) {
    const auto tuple = type->cast<c10::TupleType>();
    return {.elements = tuple ? static_cast<int64_t>(tuple->elements().size()) : -1};
}

/// Those of "Tuple[int, List[int]]"; nothing for other types. LibTorch holds arguments against them.
std::optional<std::vector<std::string_view>> elementTypes(std::string_view type) {
    constexpr std::string_view kTuple = "Tuple[";
    if (!type.starts_with(kTuple) || !type.ends_with(']')) {
        return std::nullopt;
    }
    std::string_view left = type.substr(kTuple.size(), type.size() - kTuple.size() - 1);
    std::vector<std::string_view> elements;
    while (!left.empty()) {
        int nesting = 0;
        const auto end = std::ranges::find_if(left, [&](char c) {
            nesting += c == '[' ? 1 : c == ']' ? -1 : 0;
            return nesting == 0 && c == ',';
        });
        const auto length = static_cast<size_t>(end - left.begin());
        elements.push_back(left.substr(0, length));
        left.remove_prefix(std::min(length + 1, left.size()));
        left.remove_prefix(std::min(left.find_first_not_of(' '), left.size()));
    }
    return elements;
}

/// Those of the lite interpreter's own that have defaults, which it does not fill in.
bool takesAll(const std::string& name) {
    return name == "prim::RaiseException" || name == "aten::to.prim_dtype";
}

/// Values that the caller hands over; LibTorch fills in the rest, in front of those that are written to.
Result<int64_t> taken(const c10::FunctionSchema& schema, const BytecodeOperator& op,
                      const std::string& name) {
    const auto& arguments = schema.arguments();
    const auto outs =
        std::ranges::count_if(arguments, [](const auto& argument) { return argument.is_out(); });
    const auto all = static_cast<int64_t>(arguments.size());
    const int64_t given = op.arguments < 0 ? all : op.arguments;
    if (given > all || given < outs || (given < all && takesAll(name))) {
        return failure("gives " + name + " a number of arguments that it does not take");
    }
    return given;
}

Result<OperatorEffect> unpacking(const StackValue* tuple) {
    if (!tuple || tuple->elements < 0) {
        return failure("unpacks a tuple whose length cannot be told");
    }
    return OperatorEffect{1, std::vector<StackValue>(static_cast<size_t>(tuple->elements))};
}

}  // namespace

StackValue StackValue::ofType(std::string_view type) {
    const auto elements = elementTypes(type);
    return {.elements = elements ? static_cast<int64_t>(elements->size()) : -1, .type = type};
}

StackValue StackValue::element(const StackValue& index) const {
    const auto types = elementTypes(type);
    const bool isKnown = types && index.constant && index.constant->is(PickleValue::Kind::Int) &&
                         index.constant->integer >= 0 &&
                         std::cmp_less(index.constant->integer, types->size());
    return isKnown ? ofType((*types)[static_cast<size_t>(index.constant->integer)]) : StackValue();
}

Result<OperatorEffect> effectOf(const BytecodeOperator& op, std::optional<int64_t> count,
                                const StackValue* top, uint64_t version) {
    const std::string name = op.overload.empty() ? op.name : op.name + '.' + op.overload;
    if (isUpgraded(name, version)) {
        return failure("uses " + name + " of an older version: export it again");
    }
    const auto schema = schemaOf({op.name, op.overload});
    if (!schema) {
        return failure("uses " + name + ", which this LibTorch does not know");
    }
    // Those of any number read the first one whatever the number is.
    if (schema->is_vararg() != count.has_value() || (count && *count < 1)) {
        return failure("calls " + name + " in a form that it does not have");
    }
    if (op.name == "prim::TupleUnpack") {
        return unpacking(top);
    }
    if (schema->is_varret()) {
        return failure("uses " + name + ", whose results cannot be counted");
    }
    OperatorEffect effect;
    if (count) {
        effect.takes = *count;
    } else {
        QS_ASSIGN(effect.takes, taken(*schema, op, name));
    }
    for (const auto& result : schema->returns()) {
        effect.gives.push_back(resultOf(result.type()));
    }
    return effect;
}

}  // namespace qs
