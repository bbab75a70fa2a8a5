#include "importers/jit_values.h"

#include <algorithm>

#include "importers/tracer.h"

namespace qs {

namespace {

void collect(const c10::IValue& value, const std::string& name,
             std::vector<std::pair<std::string, at::Tensor>>& outputs) {
    if (value.isTensor()) {
        const std::string numbered = outputs.empty() ? "output" : "output" + std::to_string(outputs.size());
        outputs.emplace_back(name.empty() ? numbered : name, value.toTensor());
    } else if (value.isTuple()) {
        for (const auto& element : value.toTupleRef().elements()) {
            collect(element, "", outputs);
        }
    } else if (value.isTensorList()) {
        for (const at::Tensor& tensor : value.toTensorVector()) {
            collect(tensor, "", outputs);
        }
    } else if (value.isList()) {
        const auto items = value.toList();
        for (size_t i = 0; i < items.size(); ++i) {
            collect(items.get(i), "", outputs);
        }
    } else if (value.isGenericDict()) {
        for (const auto& entry : value.toGenericDict()) {
            collect(entry.value(), entry.key().isString() ? entry.key().toStringRef() : "", outputs);
        }
    } else if (!value.isNone()) {
        throw ImportError("the model's output is " + value.tagKind() +
                          ", not a tensor or a tuple of tensors");
    }
}

}  // namespace

bool hasActivation(const c10::IValue& value) {
    if (value.isTensor()) {
        return Tracer::isActivation(value.toTensor());
    }
    if (value.isTensorList()) {
        const auto tensors = value.toTensorVector();
        return std::any_of(tensors.begin(), tensors.end(), Tracer::isActivation);
    }
    if (value.isTuple()) {
        const auto& elements = value.toTupleRef().elements();
        return std::any_of(elements.begin(), elements.end(), hasActivation);
    }
    const auto items = value.isList() ? value.toList() : c10::impl::GenericList(c10::AnyType::get());
    for (size_t i = 0; i < items.size(); ++i) {
        if (hasActivation(items.get(i))) {
            return true;
        }
    }
    return false;
}

std::vector<std::pair<std::string, at::Tensor>> namedTensors(const c10::IValue& result) {
    std::vector<std::pair<std::string, at::Tensor>> outputs;
    collect(result, "", outputs);
    return outputs;
}

}  // namespace qs
