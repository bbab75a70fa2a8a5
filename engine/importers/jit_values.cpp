#include "importers/jit_values.h"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>

#include "importers/tracer.h"

namespace qs {

namespace jit = torch::jit;

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

std::vector<c10::IValue> listItems(const c10::IValue& list) {
    std::vector<c10::IValue> items;
    const auto generic = list.toList();
    for (size_t i = 0; i < generic.size(); ++i) {
        items.push_back(generic.get(i));
    }
    return items;
}

std::vector<c10::IValue> tupleItems(const c10::IValue& tuple) {
    const auto& elements = tuple.toTupleRef().elements();
    return std::vector<c10::IValue>(elements.begin(), elements.end());
}

c10::IValue listOf(const jit::Node& node, std::vector<c10::IValue> items) {
    c10::impl::GenericList list(node.output()->type()->expectRef<c10::ListType>().getElementType());
    for (auto& item : items) {
        list.push_back(std::move(item));
    }
    return list;
}

c10::IValue dictOf(const jit::Node& node, const std::vector<c10::IValue>& items) {
    const auto& type = node.output()->type()->expectRef<c10::DictType>();
    c10::impl::GenericDict dict(type.getKeyType(), type.getValueType());
    for (size_t i = 0; i + 1 < items.size(); i += 2) {
        dict.insert_or_assign(items[i], items[i + 1]);
    }
    return dict;
}

c10::IValue sliceOf(const jit::Node& node, const c10::IValue& tuple) {
    const auto all = tupleItems(tuple);
    return c10::ivalue::Tuple::create(
        std::vector<c10::IValue>(all.begin() + node.i(jit::attr::beg), all.begin() + node.i(jit::attr::end)));
}

c10::IValue constantOf(const jit::Node& node) {
    return node.mustBeNone() || node.output()->type()->kind() == c10::TypeKind::FunctionType
               ? c10::IValue()
               : jit::toIValue(node.output()).value_or(c10::IValue());
}

bool isInstance(const jit::Node& node, const c10::IValue& value) {
    const c10::TypePtr type = value.type();
    const auto& types = node.tys(jit::attr::types);
    return std::any_of(types.begin(), types.end(),
                       [&](const c10::TypePtr& wanted) { return type->isSubtypeOf(*wanted); });
}

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
