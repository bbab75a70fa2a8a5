#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/messages/metrics.h"

namespace qs {

/// How often each class was taken for each other one. Above kMostClasses only totals by class are kept, so
/// that the matrix never takes more than 8 MB.
class ConfusionMatrix {
  public:
    static constexpr int64_t kMostClasses = 1000;
    static constexpr size_t kMostReported = 10'000;

    explicit ConfusionMatrix(int64_t classes);

    /// int64 tensors of equal size, every element in 0..classes-1; a prediction of -1 is none, and wrong.
    void add(const at::Tensor& labels, const at::Tensor& predicted);

    int64_t classes() const { return static_cast<int64_t>(labelled_.size()); }
    int64_t labelled(int64_t index) const { return labelled_[static_cast<size_t>(index)]; }
    int64_t predicted(int64_t index) const { return predicted_[static_cast<size_t>(index)]; }
    int64_t correct(int64_t index) const { return correct_[static_cast<size_t>(index)]; }

    /// Index, name and sample count of every class and the confusions, without values.
    protocol::ClassReport report(const std::string& metric, const std::vector<std::string>& names) const;

  private:
    std::vector<int64_t> labelled_;
    std::vector<int64_t> predicted_;
    std::vector<int64_t> correct_;
    std::vector<int64_t> cells_;  ///< label-major; empty above kMostClasses
};

}  // namespace qs
