#include "importers/operators.h"

#include <ATen/ops/empty_strided.h>

#include <new>
#include <stdexcept>

#include "core/guard.h"
#include "core/log.h"

namespace qs {

c10::OperatorName splitName(const std::string& op) {
    const size_t dot = op.find('.', op.rfind(':'));
    return dot == std::string::npos ? c10::OperatorName(op, "")
                                    : c10::OperatorName(op.substr(0, dot), op.substr(dot + 1));
}

std::string firstLine(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

std::string firstSentence(const std::exception& error) {
    if (dynamic_cast<const std::bad_alloc*>(&error)) {
        return exceptionSummary(error);
    }
    const std::string line = firstLine(error.what());
    if (line != error.what()) {
        spdlog::debug("LibTorch: {}", error.what());
    }
    return exceptionSummary(std::runtime_error(line));
}

c10::IValue mapTensors(const c10::IValue& value, const std::function<at::Tensor(const at::Tensor&)>& map) {
    if (value.isTensor()) {
        return value.toTensor().defined() ? c10::IValue(map(value.toTensor())) : value;
    }
    if (value.isTensorList()) {
        c10::List<at::Tensor> list;
        for (const at::Tensor& item : value.toTensorVector()) {
            list.push_back(map(item));
        }
        return list;
    }
    if (value.isList()) {
        const auto items = value.toList();
        c10::impl::GenericList list(items.elementType());
        for (size_t i = 0; i < items.size(); ++i) {
            list.push_back(mapTensors(items.get(i), map));
        }
        return list;
    }
    return value;
}

std::vector<at::Tensor> tensorsIn(const Values& values) {
    std::vector<at::Tensor> tensors;
    for (const auto& value : values) {
        mapTensors(value, [&](const at::Tensor& tensor) {
            tensors.push_back(tensor);
            return tensor;
        });
    }
    return tensors;
}

Values distinct(const Values& results, const Values& arguments) {
    const auto inputs = tensorsIn(arguments);
    Values fresh;
    for (const auto& result : results) {
        fresh.push_back(mapTensors(result, [&](const at::Tensor& tensor) {
            for (const at::Tensor& input : inputs) {
                if (input.is_same(tensor)) {
                    return tensor.alias();
                }
            }
            return tensor;
        }));
    }
    return fresh;
}

at::Tensor toMeta(const at::Tensor& tensor) {
    return tensor.is_meta() ? tensor
                            : at::empty_strided(tensor.sizes(), tensor.strides(),
                                                tensor.options().device(at::kMeta).requires_grad(false));
}

Values run(const c10::OperatorHandle& handle, Values stack) {
    handle.callBoxed(stack);
    return stack;
}

bool isCreation(const std::string& name) {
    return name.starts_with("aten::new_") || (name.ends_with("_like") && name.starts_with("aten::"));
}

bool isInPlace(const std::string& name) {
    return name.ends_with('_') && !name.ends_with("__");
}

}  // namespace qs
