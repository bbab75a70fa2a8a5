#include "importers/constant_budget.h"

#include <algorithm>
#include <string>

#include "importers/tracer.h"

namespace qs {

bool ConstantBudget::isNew(const at::Tensor& tensor) {
    if (!tensor.defined() || !tensor.has_storage() || tensor.is_meta()) {
        return false;
    }
    const at::Storage storage = tensor.storage();
    return seen_
        .try_emplace(storage.unsafeGetStorageImpl(),
                     c10::intrusive_ptr<at::StorageImpl>::reclaim_copy(storage.unsafeGetStorageImpl()))
        .second;
}

void ConstantBudget::widen(const at::Tensor& weight) {
    if (isNew(weight)) {
        weights_ += static_cast<int64_t>(weight.storage().nbytes());
        limit_ = std::max(limit_, kPerWeight * weights_);
    }
}

void ConstantBudget::charge(const at::Tensor& constant) {
    if (!isNew(constant)) {
        return;
    }
    spent_ += static_cast<int64_t>(constant.storage().nbytes());
    if (spent_ > limit_) {
        throw ImportError("the constants that are computed take more than " + std::to_string(limit_) +
                          " bytes, which a model of this size cannot need: the file is damaged");
    }
}

}  // namespace qs
