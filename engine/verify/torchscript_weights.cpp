#include "verify/torchscript_weights.h"

#include <ATen/core/class_type.h>

#include <string>

#include "core/guard.h"

namespace qs {

namespace {

/// LibTorch's classes of packed weights: Conv2dPackedParamsBase, LinearPackedParamsBase.
bool isPacked(const c10::IValue& value) {
    if (!value.isCustomClass()) {
        return false;
    }
    const auto name = value.toObjectRef().type()->name();
    return name && name->name().ends_with("PackedParamsBase");
}

bool isIntegerWeight(const std::string& name, const c10::IValue& value) {
    return value.isTensor() ? name == "weight" && value.toTensor().is_quantized() : isPacked(value);
}

int64_t countIn(const c10::ivalue::Object& object) {
    int64_t count = 0;
    const auto& type = *object.type();
    for (size_t i = 0; i < type.numAttributes(); ++i) {
        const c10::IValue& value = object.getSlot(i);
        if (isIntegerWeight(type.getAttributeName(i), value)) {
            ++count;
        } else if (value.isObject()) {
            count += countIn(value.toObjectRef());
        }
    }
    return count;
}

}  // namespace

Result<int64_t> torchScriptIntegerWeights(const c10::intrusive_ptr<c10::ivalue::Object>& module) {
    return guard("the weights of the file cannot be read", [&] { return countIn(*module); });
}

}  // namespace qs
