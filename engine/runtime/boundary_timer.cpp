#include "runtime/boundary_timer.h"

#include <chrono>
#include <vector>

#include "runtime/latency_stats.h"
#include "runtime/onednn/loops.h"
#include "runtime/threads.h"

namespace qs {

namespace {

constexpr int kWarmup = 3;
constexpr int kRuns = 15;

}  // namespace

double BoundaryTimer::ms(bool quantizes, int64_t count) {
    const auto [entry, isNew] = known_.try_emplace({quantizes, count});
    if (!isNew) {
        return entry->second;
    }
    adoptThreads();
    std::vector<float> floats(static_cast<size_t>(count), 0.5F);
    std::vector<uint8_t> integers(static_cast<size_t>(count), 128);
    const onednn::IntegerSource source{integers.data(), 0, 128, 0.01F};
    const onednn::IntegerTarget target{integers.data(), 0, 128, -128, 127};
    std::vector<double> samples;
    for (int run = -kWarmup; run < kRuns; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        if (quantizes) {
            onednn::quantizeFloats(floats.data(), 0.01F, target, onednn::denseRow(count));
        } else {
            onednn::dequantizeIntegers(source, floats.data(), onednn::denseRow(count));
        }
        const auto taken = std::chrono::steady_clock::now() - begin;
        if (run >= 0) {
            samples.push_back(std::chrono::duration<double, std::milli>(taken).count());
        }
    }
    return entry->second = median(std::move(samples));
}

}  // namespace qs
