#pragma once

#include <cstddef>
#include <vector>

#include "quant/ptq.h"

namespace qs {

/// A prepared model in which groups are restored to FP32, those and others again and again.
class RestoredModel {
  public:
    /// `model` must outlive it.
    explicit RestoredModel(const PreparedModel& model);

    /// The model with these groups restored, by index, and with what follows them into FP32. Valid until the
    /// next call.
    const PreparedModel& with(const std::vector<size_t>& groups);

  private:
    const PreparedModel& model_;
    PreparedModel changed_;         ///< decided on again and again: graph and groups are the model's
    std::vector<size_t> restored_;  ///< in `changed_`
    QConfig floatQConfig_;
};

/// The encodings of `model`, with the grids that are named otherwise in `restored`, which is `model` with
/// other groups in FP32: a value that is a float has the grid of its first reader, which was perhaps another
/// reader's or another layer's before.
Encodings encodingsOf(const PreparedModel& restored, const PreparedModel& model, const Encodings& encodings);

}  // namespace qs
