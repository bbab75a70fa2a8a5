#include "importers/torchscript/call_guard.h"

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/native/quantized/PackedParams.h>
#include <torch/library.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "importers/call_limits.h"

namespace qs {

namespace {

/// Before every backend's. Nothing else uses it.
constexpr c10::DispatchKey kKey = c10::DispatchKey::TESTING_ONLY_GenericMode;

bool allAtLeast(const c10::IValue& numbers, int64_t least) {
    const auto values = numbers.isInt() ? std::vector<int64_t>{numbers.toInt()} : numbers.toIntVector();
    return std::ranges::all_of(values, [&](int64_t value) { return value >= least; });
}

/// Whether an argument of this name may have this value.
bool isSound(const std::string& name, const c10::IValue& value, const at::Tensor& weight) {
    if (name == "stride" || name == "dilation") {
        return allAtLeast(value, 1);
    }
    if (name == "padding" || name == "output_padding") {
        return allAtLeast(value, 0);
    }
    return name != "groups" || (value.toInt() >= 1 && weight.size(0) % value.toInt() == 0);
}

void checkGeometry(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
    const auto& declared = schema.arguments();
    const size_t first = stack.size() - declared.size();
    const at::Tensor weight = stack[first].toTensor();
    bool sound = weight.dim() >= 2 && weight.numel() > 0;
    for (size_t i = 1; i < declared.size() && sound; ++i) {
        sound = isSound(declared[i].name(), stack[first + i], weight);
    }
    if (!sound) {
        throw std::runtime_error(schema.name() + " is given a geometry that no convolution has");
    }
}

/// qnnpack reads as many weights as the input has columns.
void checkColumns(const at::Tensor& input, const c10::IValue& packed) {
    const auto [weight, bias] = packed.toCustomClass<LinearPackedParamsBase>()->unpack();
    if (input.dim() < 1 || input.size(-1) != weight.size(1)) {
        throw std::runtime_error("a quantized linear layer of " + std::to_string(weight.size(1)) +
                                 " inputs is given a tensor of other extents");
    }
}

void callChecked(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
    const c10::FunctionSchema& schema = op.schema();
    const std::string& name = schema.name();
    if (name.find("quantized::conv") != std::string::npos && name.ends_with("_prepack")) {
        checkGeometry(schema, *stack);
    }
    const bool runsQnnpack = at::globalContext().qEngine() == at::QEngine::QNNPACK;
    if (runsQnnpack && name.starts_with("quantized::linear") && schema.arguments().size() > 1 &&
        schema.arguments()[1].name() == "W_prepack") {
        const auto arguments = torch::jit::last(*stack, schema.arguments().size());
        checkColumns(arguments[0].toTensor(), arguments[1]);
    }
    checkRanges(schema, torch::jit::last(*stack, schema.arguments().size()));
    const c10::impl::ExcludeDispatchKeyGuard excluded(kKey);
    op.callBoxed(*stack);
}

}  // namespace

TORCH_LIBRARY_IMPL(_, TESTING_ONLY_GenericMode, library) {
    library.fallback(torch::CppFunction::makeFromBoxedFunction<&callChecked>());
}

CallGuard::CallGuard() : included_(kKey) {}

}  // namespace qs
