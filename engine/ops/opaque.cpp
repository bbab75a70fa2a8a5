#include "ops/opaque.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <stdexcept>

namespace qs {

OpenedOp openOpaque(const std::string& overload, std::span<const AtenArg> args) {
    OpenedOp opened;
    std::vector<std::string> arguments;
    for (size_t i = 0; i < args.size(); ++i) {
        if (!args[i].list.empty()) {
            arguments.push_back("list:" + std::to_string(args[i].list.size()));
            opened.inputs.insert(opened.inputs.end(), args[i].list.begin(), args[i].list.end());
        } else if (args[i].value.valid()) {
            arguments.emplace_back("tensor");
            opened.inputs.push_back(args[i].value);
        } else {
            const std::string name = "arg" + std::to_string(i);
            arguments.push_back("constant:" + name);
            opened.attrs.set(name, args[i].constant);
        }
    }
    opened.attrs.set("overload", overload);
    opened.attrs.set("arguments", std::move(arguments));
    return opened;
}

bool dispatcherKnows(const std::string& op, const std::string& overload) {
    return c10::Dispatcher::singleton().findSchema({op, overload}).has_value();
}

std::vector<at::Tensor> runOpaque(const std::string& op, const Attributes& attrs,
                                  std::span<const at::Tensor> inputs) {
    const auto handle = c10::Dispatcher::singleton().findSchema({op, attrs.get<std::string>("overload")});
    if (!handle) {
        throw std::runtime_error("LibTorch has no operator " + op);
    }
    torch::jit::Stack stack;
    size_t next = 0;
    for (const auto& argument : attrs.get<std::vector<std::string>>("arguments")) {
        if (argument == "tensor") {
            stack.emplace_back(inputs[next++]);
        } else if (argument.starts_with("list:")) {
            c10::List<at::Tensor> list;
            for (int count = std::stoi(argument.substr(5)); count > 0; --count) {
                list.push_back(inputs[next++]);
            }
            stack.emplace_back(std::move(list));
        } else {
            stack.push_back(attrs.get<c10::IValue>(argument.substr(std::string("constant:").size())));
        }
    }
    handle->callBoxed(stack);
    std::vector<at::Tensor> outputs;
    for (const auto& result : stack) {
        if (result.isTensor()) {
            outputs.push_back(result.toTensor());
        } else if (result.isTensorList()) {
            for (const at::Tensor& item : result.toTensorVector()) {
                outputs.push_back(item);
            }
        } else {
            throw std::runtime_error(op + " returns something other than tensors");
        }
    }
    return outputs;
}

}  // namespace qs
