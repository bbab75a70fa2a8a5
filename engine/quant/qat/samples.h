#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/job.h"
#include "data/dataset.h"
#include "data/loader.h"

namespace qs {

/// Batches of labelled samples in a given order; see Samples::batches.
class SampleBatches {
  public:
    /// The next batch, without the samples that cannot be decoded (N = 0 where none can); N = 0 behind the
    /// last.
    Result<Batch> next();

  private:
    friend class Samples;
    SampleBatches(const Batch& loaded, std::vector<int64_t> order, int64_t batch)
        : loaded_(&loaded), order_(std::move(order)), batch_(batch) {}
    explicit SampleBatches(std::unique_ptr<BatchStream> stream) : stream_(std::move(stream)) {}

    const Batch* loaded_ = nullptr;
    std::vector<int64_t> order_;
    int64_t batch_ = 0;
    size_t taken_ = 0;
    std::unique_ptr<BatchStream> stream_;  ///< where the samples are not held in memory
};

/// Labelled samples of a dataset in any order: held in memory where they take less than a gigabyte, else
/// decoded ahead of the reader as they are asked for.
class Samples {
  public:
    /// The first `limit` samples (all if 0). A failure where the data has no labels or no sample can be
    /// decoded; `role` names the data in messages.
    static Result<Samples> open(Dataset& data, int64_t limit, const std::string& role, Job& job);

    int64_t size() const { return size_; }

    /// The samples of `order`, each in [0, size()), `batch` at a time. These samples must outlive the result.
    SampleBatches batches(std::vector<int64_t> order, int64_t batch) const;

  private:
    Samples(Dataset& data, int64_t size) : data_(&data), size_(size) {}
    Status load(const std::string& role, Job& job);

    Dataset* data_;
    int64_t size_;
    Batch loaded_;  ///< undefined where samples are decoded as they are asked for
};

}  // namespace qs
