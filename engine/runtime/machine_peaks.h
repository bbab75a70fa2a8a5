#pragma once

#include <cstdint>

namespace qs {

/// What this machine reaches at most in programs that do nothing else: the roofs that layers are held
/// against (Williams, Waterman, Patterson: "Roofline", CACM 52, 2009). The best of several attempts each.
struct MachinePeaks {
    double int8GmacsPerSecond = 0;  ///< u8 times s8, of oneDNN's convolutions and matrix products
    double fp32GmacsPerSecond = 0;
    double bf16GmacsPerSecond = 0;  ///< bfloat16 to float32; 0 without instructions for it
    double memoryGbPerSecond = 0;   ///< reading more than the last-level cache holds, 10^9 bytes a second
    double cacheGbPerSecond = 0;    ///< reading what fits into the second-level cache
    int64_t cacheBytes = 0;         ///< of the threads' second-level caches together
    int threads = 0;
};

/// On the number of threads that setThreads() chose; about a third of a second when asked the first time for
/// this number, then remembered. Safe from several threads at once. Throws dnnl::error.
MachinePeaks machinePeaks();

}  // namespace qs
