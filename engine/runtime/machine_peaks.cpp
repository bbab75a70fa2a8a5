#include "runtime/machine_peaks.h"

#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <dnnl.hpp>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

#include "runtime/cpu.h"
#include "runtime/loops/loop_parts.h"
#include "runtime/onednn/primitive.h"
#include "runtime/threads.h"

namespace qs {

namespace {

using Clock = std::chrono::steady_clock;
using Type = dnnl::memory::data_type;
using Tag = dnnl::memory::format_tag;

constexpr double kSecondsEach = 0.03;
constexpr int64_t kLargestBuffer = int64_t{256} << 20;

/// Seconds of the fastest call within kSecondsEach, after one that warms up.
double fastest(const std::function<void()>& body) {
    body();
    double best = std::numeric_limits<double>::infinity();
    const auto begin = Clock::now();
    auto before = begin;
    do {
        body();
        const auto after = Clock::now();
        best = std::min(best, std::chrono::duration<double>(after - before).count());
        before = after;
    } while (std::chrono::duration<double>(before - begin).count() < kSecondsEach);
    return best;
}

dnnl::memory zeros(const dnnl::memory::desc& desc) {
    dnnl::memory memory(desc, runtime::onednn::cpuEngine());
    std::memset(memory.get_data_handle(), 0, desc.get_size());
    return memory;
}

/// GMAC/s of a 3x3 convolution between `channels` channels on extent x extent pixels: work that oneDNN is
/// tuned for, with weights and activations in the second-level cache.
double convolutionPeak(Type source, Type weight, int64_t channels, int64_t extent) {
    const dnnl::memory::dims image{1, channels, extent, extent};
    const dnnl::convolution_forward::desc desc(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, {image, source, Tag::nhwc},
        {{channels, channels, 3, 3}, weight, Tag::any}, {image, source, Tag::nhwc}, {1, 1}, {1, 1}, {1, 1});
    const dnnl::convolution_forward::primitive_desc pd(desc, runtime::onednn::cpuEngine());
    dnnl::stream stream(runtime::onednn::cpuEngine());
    const dnnl::convolution_forward primitive(pd);
    const std::unordered_map<int, dnnl::memory> arguments{{DNNL_ARG_SRC, zeros(pd.src_desc())},
                                                          {DNNL_ARG_WEIGHTS, zeros(pd.weights_desc())},
                                                          {DNNL_ARG_DST, zeros(pd.dst_desc())}};
    const double seconds = fastest([&] {
        primitive.execute(stream, arguments);
        stream.wait();
    });
    return static_cast<double>(channels * channels * 9 * extent * extent) / seconds * 1e-9;
}

double computePeak(Type source, Type weight) {
    double best = 0;
    for (const auto& [channels, extent] : {std::pair{128, 28}, {256, 14}, {64, 56}}) {
        best = std::max(best, convolutionPeak(source, weight, channels, extent));
    }
    return best;
}

QS_CLONES uint64_t sumUp(const uint64_t* words, int64_t count) {
    uint64_t sum = 0;
    for (int64_t i = 0; i < count; ++i) {
        sum += words[i];
    }
    return sum;
}

/// Every thread reads its own part several times, so that starting the threads does not count; the result
/// keeps the compiler from leaving it out.
uint64_t readAll(const std::vector<uint64_t>& words, int64_t repeats) {
    uint64_t sum = 0;
#pragma omp parallel reduction(+ : sum)
    {
        const auto count = static_cast<int64_t>(words.size());
        const int64_t thread = omp_get_thread_num(), threads = omp_get_num_threads();
        const int64_t begin = count * thread / threads, end = count * (thread + 1) / threads;
        for (int64_t i = 0; i < repeats; ++i) {
            sum += sumUp(words.data() + begin, end - begin);
        }
    }
    return sum;
}

double readingPeak(int64_t bytes) {
    const std::vector<uint64_t> words(static_cast<size_t>(bytes) / sizeof(uint64_t), 1);
    volatile uint64_t sink = 0;
    const int64_t repeats = std::max<int64_t>(1, (int64_t{64} << 20) / bytes);
    const double seconds = fastest([&] { sink = sink + readAll(words, repeats); });
    return static_cast<double>(words.size() * sizeof(uint64_t)) * static_cast<double>(repeats) / seconds *
           1e-9;
}

int64_t cacheBytes(int name, int64_t fallback) {
    const long bytes = ::sysconf(name);
    return bytes > 0 ? bytes : fallback;
}

MachinePeaks measure(int threads) {
    MachinePeaks peaks;
    peaks.threads = threads;
    peaks.int8GmacsPerSecond = computePeak(Type::u8, Type::s8);
    peaks.fp32GmacsPerSecond = computePeak(Type::f32, Type::f32);
    peaks.bf16GmacsPerSecond = cpuHasBFloat16() ? computePeak(Type::bf16, Type::bf16) : 0;
    peaks.memoryGbPerSecond =
        readingPeak(std::min(kLargestBuffer, 4 * cacheBytes(_SC_LEVEL3_CACHE_SIZE, int64_t{32} << 20)));
    peaks.cacheBytes = threads * cacheBytes(_SC_LEVEL2_CACHE_SIZE, int64_t{512} << 10);
    peaks.cacheGbPerSecond = readingPeak(peaks.cacheBytes / 2);
    return peaks;
}

}  // namespace

MachinePeaks machinePeaks() {
    static std::mutex mutex;
    static std::map<int, MachinePeaks> known;
    const std::lock_guard lock(mutex);
    adoptThreads();
    const int threads = omp_get_max_threads();
    auto found = known.find(threads);
    if (found == known.end()) {
        found = known.emplace(threads, measure(threads)).first;
    }
    return found->second;
}

}  // namespace qs
