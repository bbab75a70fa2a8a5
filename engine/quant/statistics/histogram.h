#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "quant/statistics/loops.h"

namespace qs {

/// Counts of numbers in 2048 equal bins over a range that grows with what is added. The statistics of PyTorch
/// 1.13's HistogramObserver (torch/ao/quantization/observer.py), in float32 where PyTorch's are, so that bins
/// come out equal. Departures, each where 1.13 goes wrong:
///  - it counts over the range truncated to integers, so that bins and range disagree; here the range is
///  exact;
///  - it materialises the upsampled histogram, whose size is the ratio of the ranges (an outlier of 1e6 takes
///  terabytes); here its running sum is evaluated at the bin edges only;
///  - it forgets a first tensor with a single value; here its count moves into the bin of that value.
/// A value: 8 KiB however much is added.
class Histogram {
  public:
    static constexpr int kBins = BinCounters::kBins;
    using Counts = std::array<int64_t, kBins>;

    Histogram() = default;
    /// `counts` has kBins elements, `range` is not empty.
    Histogram(const Range& range, std::vector<float> counts) : range_(range), counts_(std::move(counts)) {}

    bool empty() const { return counts_.empty(); }
    const Range& range() const { return range_; }
    /// Float32 counts over range(); no elements before anything is added.
    std::span<const float> counts() const { return counts_; }
    /// Where bin `edge` begins; edge kBins is the range's end.
    double edge(int edge) const;
    double total() const;

    /// The range over which numbers with the range `seen` have to be counted for add(): holds both, and has
    /// bins that the old bins fit into. It is range() where that holds `seen`.
    Range rangeWith(const Range& seen) const;
    /// Adds counts over rangeWith(seen).
    void add(const Range& seen, const Counts& counts);
    /// Adds what another histogram has counted. What lies in one of its bins is taken to lie there evenly: a
    /// running sum of the result differs from that of one pass by at most what one bin of each of the two
    /// held there. Exact where both have the same range.
    void merge(const Histogram& other);

    bool operator==(const Histogram&) const = default;

  private:
    std::vector<float> countsOver(const Range& over) const;

    Range range_;
    std::vector<float> counts_;
};

}  // namespace qs
