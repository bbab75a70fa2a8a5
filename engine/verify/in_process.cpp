#include "verify/in_process.h"

#include <ATen/core/ivalue_inl.h>

namespace qs {

std::vector<at::Tensor> tensorsOf(const c10::IValue& result) {
    if (result.isTensor()) {
        return {result.toTensor()};
    }
    if (result.isTensorList()) {
        return result.toTensorVector();
    }
    std::vector<at::Tensor> tensors;
    for (const c10::IValue& item : result.toTupleRef().elements()) {
        tensors.push_back(item.toTensor());
    }
    return tensors;
}

}  // namespace qs
