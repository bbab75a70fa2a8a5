#pragma once

#include <cstdint>
#include <map>
#include <utility>

namespace qs {

/// How long quantize and dequantize steps would take that no network has yet: the plan's own loops, timed on
/// memory of the same size, on the number of threads that setThreads() chose.
class BoundaryTimer {
  public:
    /// Milliseconds for an activation of `count` elements, in the layout that it lies in; the median of some
    /// runs, remembered by count.
    double quantizeMs(int64_t count) { return ms(true, count); }
    double dequantizeMs(int64_t count) { return ms(false, count); }

  private:
    double ms(bool quantizes, int64_t count);

    std::map<std::pair<bool, int64_t>, double> known_;
};

}  // namespace qs
