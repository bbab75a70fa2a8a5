#include "support/peak_memory.h"

#include <malloc.h>

#include <fstream>
#include <string>

namespace qs::test {

namespace {

/// A line of /proc/self/status, in bytes ("VmHWM:   1234 kB").
std::optional<size_t> status(const std::string& key) {
    std::ifstream stream("/proc/self/status");
    std::string word;
    while (stream >> word) {
        size_t kilobytes = 0;
        if (word == key && stream >> kilobytes) {
            return kilobytes * 1024;
        }
    }
    return {};
}

bool resetHighWaterMark() {
    std::ofstream stream("/proc/self/clear_refs");
    stream << 5 << std::flush;
    return stream.good();
}

}  // namespace

PeakMemory::PeakMemory() {
    ::malloc_trim(0);
    if (resetHighWaterMark()) {
        before_ = status("VmRSS:");
    }
}

std::optional<size_t> PeakMemory::gained() const {
    const std::optional<size_t> peak = status("VmHWM:");
    if (!before_ || !peak) {
        return {};
    }
    return *peak > *before_ ? *peak - *before_ : 0;
}

}  // namespace qs::test
