#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "quant/statistics/histogram.h"

namespace qs {

/// What was seen of an activation, batch by batch. Knows nothing of bits, schemes or observers, so that any
/// of them can be chosen afterwards. A value: some 10 KiB, 8 bytes a channel and 8 bytes a batch up to
/// kMostBatches, however large the batches are. Infinity and NaN are left out and counted.
struct TensorStatistics {
    /// Moving averages weigh older batches less than exp(-kMostBatches * c): nothing for PyTorch's c = 0.01,
    /// 1.7 % for the least that can be asked for.
    static constexpr size_t kMostBatches = 4096;

    int64_t finite = 0;  ///< elements
    int64_t nan = 0;
    int64_t infinite = 0;
    Range range;
    /// Of each of the last kMostBatches tensors that had finite elements, oldest first.
    std::vector<Range> batches;
    Histogram histogram;
    /// By index of channelAxis: 1 for two (N x C) and four or five dimensions (N x C x H x W), the last one
    /// of three (N x T x C). Empty for other tensors, and where the extent differs from batch to batch.
    std::vector<Range> channels;
    int channelAxis = -1;

    /// Adds a tensor of real numbers in any layout, reading it once where its range holds nothing new and
    /// twice where it does. Runs on at::get_num_threads() threads; the result does not depend on them.
    void add(const at::Tensor& x);
    /// Adds what another process saw of the same value, after what was seen here. Counts, ranges and channels
    /// are those of one pass; of the histogram see Histogram::merge().
    void merge(const TensorStatistics& later);

    bool operator==(const TensorStatistics&) const = default;
};

}  // namespace qs
