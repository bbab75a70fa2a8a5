#include "runtime/plan/weight_cache.h"

#include <chrono>

namespace qs::runtime {

std::any WeightCache::get(const Source& source, const std::function<bool(const std::any&)>& fits,
                          const std::function<std::any()>& pack) {
    std::vector<Packed>& formats = packed_[source];
    for (const Packed& format : formats) {
        if (fits(format.constant)) {
            savedMs_ += format.ms;
            return format.constant;
        }
    }
    const auto begin = std::chrono::steady_clock::now();
    std::any constant = pack();
    const auto taken = std::chrono::steady_clock::now() - begin;
    formats.push_back({constant, std::chrono::duration<double, std::milli>(taken).count()});
    return constant;
}

}  // namespace qs::runtime
