#include "importers/calls.h"

#include <ATen/ops/any.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_set>

#include "importers/call_limits.h"
#include "importers/tracer.h"

namespace qs {

namespace {

constexpr int64_t kMostConstantElements = int64_t{1} << 28;
constexpr int64_t kMostTrialElements = int64_t{1} << 28;
/// Below this, nothing that an operator makes of constants is worth a look beforehand.
constexpr double kFewElements = 1 << 24;

Values asMeta(const Values& arguments) {
    Values meta;
    for (const auto& value : arguments) {
        meta.push_back(mapTensors(value, toMeta));
    }
    return meta;
}

/// LibTorch's own kernels keep axes in 64 bits.
void checkRank(const at::Tensor& tensor) {
    constexpr int64_t kMostAxes = 64;
    if (tensor.defined() && tensor.dim() > kMostAxes) {
        throw ImportError("its result has " + std::to_string(tensor.dim()) + " dimensions");
    }
}

void checkActivation(const at::Tensor& tensor) {
    checkRank(tensor);
    if (tensor.defined() && tensor.numel() > Tracer::kMostActivationElements) {
        throw ImportError("its result has " + std::to_string(tensor.numel()) + " elements, more than " +
                          std::to_string(Tracer::kMostActivationElements) +
                          ": the file is damaged, or the input is too large");
    }
}

void checkConstant(const at::Tensor& tensor) {
    checkRank(tensor);
    if (tensor.defined() && tensor.numel() > kMostConstantElements) {
        throw ImportError("a constant of " + std::to_string(tensor.numel()) + " elements");
    }
}

Values tryOnZeros(const c10::OperatorHandle& handle, const Values& arguments) {
    int64_t elements = 0;
    for (const at::Tensor& tensor : tensorsIn(arguments)) {
        elements += tensor.numel();
        if (elements > kMostTrialElements) {
            throw ImportError("its inputs are too large to try");
        }
    }
    checkCreated(handle.schema(), arguments, kMostTrialElements);
    Values zeros;
    for (const auto& value : arguments) {
        zeros.push_back(mapTensors(value, [](const at::Tensor& tensor) {
            return tensor.is_meta() ? at::zeros(tensor.sizes(), tensor.options().device(at::kCPU)) : tensor;
        }));
    }
    return asMeta(run(handle, zeros));
}

/// Constants that broadcast make much of little: a meta kernel tells how much without computing it.
void checkBroadcast(const c10::OperatorHandle& handle, const Values& arguments) {
    double product = 1;
    for (const at::Tensor& tensor : tensorsIn(arguments)) {
        product *= static_cast<double>(std::max<int64_t>(tensor.numel(), 1));
    }
    if (product <= kFewElements) {
        return;
    }
    Values results;
    try {
        results = run(handle, asMeta(arguments));
    } catch (const std::exception&) {
        return;  // no meta kernel: no operator that broadcasts
    }
    for (const at::Tensor& result : tensorsIn(results)) {
        checkConstant(result);
    }
}

int64_t leastOf(at::ScalarType type) {
    switch (type) {
        case at::kChar:
            return std::numeric_limits<int8_t>::min();
        case at::kShort:
            return std::numeric_limits<int16_t>::min();
        case at::kInt:
            return std::numeric_limits<int32_t>::min();
        default:
            return std::numeric_limits<int64_t>::min();
    }
}

/// The processor traps on the one quotient of integers that has no representation.
void checkQuotient(const std::string& op, const Values& arguments) {
    static const std::unordered_set<std::string> kQuotients{"aten::div", "aten::divide", "aten::floor_divide",
                                                            "aten::remainder", "aten::fmod"};
    if (!kQuotients.contains(op) || !arguments.at(0).isTensor()) {
        return;
    }
    const at::Tensor dividend = arguments[0].toTensor();
    const c10::IValue& divisor = arguments.at(1);
    if (!at::isIntegralType(dividend.scalar_type(), false)) {
        return;
    }
    const bool negates = divisor.isTensor() ? divisor.toTensor().eq(-1).any().item<bool>()
                                            : divisor.isInt() && divisor.toInt() == -1;
    if (negates && dividend.eq(leastOf(dividend.scalar_type())).any().item<bool>()) {
        throw ImportError("integer overflow");
    }
}

Values onCpu(const c10::OperatorHandle& handle, Values arguments) {
    const auto& declared = handle.schema().arguments();
    for (size_t i = 0; i < arguments.size() && i < declared.size(); ++i) {
        if (declared[i].name() == "device" && !arguments[i].isNone()) {
            arguments[i] = at::Device(at::kCPU);
        }
    }
    return arguments;
}

}  // namespace

Values shapesOf(const c10::OperatorHandle& handle, const Values& arguments) {
    checkCreated(handle.schema(), arguments, Tracer::kMostActivationElements);
    Values results;
    try {
        results = run(handle, asMeta(arguments));
    } catch (const std::exception&) {
        results = tryOnZeros(handle, arguments);
    }
    for (const at::Tensor& result : tensorsIn(results)) {
        checkActivation(result);
    }
    return results;
}

Values computed(const c10::OperatorHandle& handle, Values arguments, ConstantBudget& budget) {
    checkCreated(handle.schema(), arguments, kMostConstantElements);
    checkBroadcast(handle, arguments);
    checkQuotient(handle.operator_name().name, arguments);
    Values results = run(handle, onCpu(handle, std::move(arguments)));
    for (const at::Tensor& tensor : tensorsIn(results)) {
        checkConstant(tensor);
        budget.charge(tensor);
    }
    return results;
}

Values created(const c10::OperatorHandle& handle, Values arguments, ConstantBudget& budget) {
    const at::Tensor like = arguments.at(0).toTensor();
    const bool whole = handle.operator_name().name.ends_with("_like");
    if (whole) {
        checkConstant(like);
    }
    const Shape shape = whole ? like.sizes().vec() : Shape{0};
    arguments[0] = at::empty(shape, like.options().device(at::kCPU));
    return computed(handle, std::move(arguments), budget);
}

}  // namespace qs
