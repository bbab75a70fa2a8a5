#pragma once

#include <span>
#include <string>

#include "core/job.h"
#include "data/dataset.h"

namespace qs {

/// Labelled samples of a dataset in any order: held in memory where they take less than a gigabyte, else read
/// one by one as they are asked for.
class Samples {
  public:
    /// The first `limit` samples (all if 0). A failure where the data has no labels or no sample can be
    /// decoded; `role` names the data in messages.
    static Result<Samples> open(Dataset& data, int64_t limit, const std::string& role, Job& job);

    int64_t size() const { return size_; }

    /// The samples with these indices, each in [0, size()). Ones that cannot be decoded are left out.
    Result<Batch> read(std::span<const int64_t> indices) const;

  private:
    Samples(Dataset& data, int64_t size) : data_(&data), size_(size) {}
    Status load(const std::string& role, Job& job);

    Dataset* data_;
    int64_t size_;
    Batch loaded_;  ///< undefined where samples are read one by one
};

}  // namespace qs
