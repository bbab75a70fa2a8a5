#include "exporters/torchscript/carried.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>

namespace qs {

namespace jit = torch::jit;

namespace {

bool holdsTensors(const c10::IValue& value) {
    if (value.isTensor()) {
        return true;
    }
    return value.isList() && std::any_of(value.toListRef().begin(), value.toListRef().end(),
                                         [](const c10::IValue& item) { return item.isTensor(); });
}

jit::Value* argumentValue(const TorchScriptStep& step, const CarriedArguments& arguments, size_t i,
                          const TorchScriptValues& operands) {
    if (arguments.isTensor(i)) {
        return operands.at(arguments.operand(i));
    }
    if (arguments.isList(i)) {
        TorchScriptValues items;
        for (const size_t operand : arguments.operands(i)) {
            items.push_back(operands.at(operand));
        }
        return step.builder.list(items);
    }
    const c10::IValue& constant = arguments.constant(i);
    return holdsTensors(constant)
               ? step.builder.addAttribute(step.node.layer, "arg" + std::to_string(i), constant)
               : step.builder.constant(constant);
}

}  // namespace

TorchScriptValues emitCarried(const TorchScriptStep& step, const TorchScriptValues& operands) {
    const CarriedArguments arguments(step.node);
    const c10::FunctionSchema& schema =
        c10::Dispatcher::singleton()
            .findSchemaOrThrow(step.node.op.c_str(), arguments.overload().c_str())
            .schema();
    TorchScriptArguments positional, named;
    for (size_t i = 0; i < arguments.size(); ++i) {
        jit::Value* value = argumentValue(step, arguments, i, operands);
        const c10::Argument& declared = schema.arguments().at(i);
        if (declared.kwarg_only()) {
            named.emplace_back(declared.name(), value);
        } else {
            positional.emplace_back(value);
        }
    }
    return step.builder.unpack(step.builder.call(step.node.op, positional, step.output().name, named),
                               step.node.outputs.size());
}

}  // namespace qs
