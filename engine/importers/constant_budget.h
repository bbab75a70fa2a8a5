#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/StorageImpl.h>

#include <cstdint>
#include <unordered_map>

namespace qs {

/// How many bytes of constants a trace may compute: a small file must not become a large network. What the
/// file itself holds widens the budget; a view of a tensor costs nothing.
class ConstantBudget {
  public:
    /// What a file of any size may have computed: position tables, masks, anchors.
    static constexpr int64_t kFloor = int64_t{1} << 30;
    /// Bytes that may be computed for each byte of weights: casts, transposes, folded arithmetic.
    static constexpr int64_t kPerWeight = 4;

    explicit ConstantBudget(int64_t bytes = kFloor) : limit_(bytes) {}

    /// The file holds this weight.
    void widen(const at::Tensor& weight);
    /// This was computed. Throws ImportError where the budget is spent.
    void charge(const at::Tensor& constant);
    int64_t left() const { return limit_ - spent_; }

  private:
    /// Whether the tensor's memory was not seen before.
    bool isNew(const at::Tensor& tensor);

    int64_t limit_;
    int64_t spent_ = 0;
    int64_t weights_ = 0;
    /// What was counted. The weak reference keeps the address from being used again.
    std::unordered_map<const at::StorageImpl*, c10::weak_intrusive_ptr<at::StorageImpl>> seen_;
};

}  // namespace qs
