#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "quant/statistics/range.h"

namespace qs {

/// Loops over float32 in memory, vectorised for the processor that they run on. Results do not depend on it.

/// Range of `x` if all of it is finite; else `finite` is false and the range means nothing.
struct Scan {
    Range range;
    bool finite = true;
};
Scan scan(std::span<const float> x);

/// Lowers min[c] and raises max[c] by x[r * columns + c]: rows of min.size() columns, all finite.
void scanColumns(std::span<const float> x, std::span<float> min, std::span<float> max);

/// Counters of a histogram of `kBins` equal bins: several for each bin, because the same one twice in a row
/// would have to wait for itself.
class BinCounters {
  public:
    static constexpr int kBins = 2048;

    /// Counts `x`, finite and within `over`: bin = trunc((x - min) * kBins / width) in float32, the last bin
    /// closed. All numbers are in the last bin where the width is 0.
    void count(std::span<const float> x, const Range& over);
    void addTo(std::span<int64_t, kBins> counts) const;

  private:
    static constexpr int kWays = 4;
    std::array<std::array<uint32_t, kBins>, kWays> counters_{};
};

}  // namespace qs
