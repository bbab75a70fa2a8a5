#include "quant/statistics/loops.h"

#include <bit>
#include <cmath>

#include "quant/statistics/clones.h"

namespace qs {

namespace {

constexpr size_t kLanes = 32;
constexpr int32_t kMagnitude = 0x7fffffff;
constexpr int32_t kInfinity = 0x7f800000;

/// Running extremes by lane; `magnitude` is the greatest absolute value's bits.
struct Lanes {
    std::array<float, kLanes> min;
    std::array<float, kLanes> max;
    std::array<int32_t, kLanes> magnitude;
};

/// `n` is a multiple of kLanes.
QS_STATISTICS_CLONES void scanLanes(const float* x, size_t n, Lanes& all) {
    Lanes lanes = all;
    for (size_t i = 0; i < n; i += kLanes) {
        for (size_t lane = 0; lane < kLanes; ++lane) {
            const float value = x[i + lane];
            const int32_t bits = std::bit_cast<int32_t>(value) & kMagnitude;
            lanes.min[lane] = value < lanes.min[lane] ? value : lanes.min[lane];
            lanes.max[lane] = value > lanes.max[lane] ? value : lanes.max[lane];
            lanes.magnitude[lane] = bits > lanes.magnitude[lane] ? bits : lanes.magnitude[lane];
        }
    }
    all = lanes;
}

QS_STATISTICS_CLONES void scanRows(const float* __restrict x, size_t rows, size_t columns,
                                   float* __restrict min, float* __restrict max) {
    for (size_t row = 0; row < rows; ++row) {
        for (size_t c = 0; c < columns; ++c) {
            const float value = x[row * columns + c];
            min[c] = value < min[c] ? value : min[c];
            max[c] = value > max[c] ? value : max[c];
        }
    }
}

/// Bins of `n` finite numbers, to `bins`.
QS_STATISTICS_CLONES void findBins(const float* x, size_t n, float low, float width, int32_t* bins) {
    constexpr float count = BinCounters::kBins;
    for (size_t i = 0; i < n; ++i) {
        const float position = (x[i] - low) * count / width;
        // The last one also where it is no number: 0 / 0.
        bins[i] = static_cast<int32_t>(position < count ? position : count - 1);
    }
}

/// The same where float32 would overflow on the way.
void findFarBins(const float* x, size_t n, const Range& over, int32_t* bins) {
    constexpr double count = BinCounters::kBins;
    const double width = double{over.max} - double{over.min};
    for (size_t i = 0; i < n; ++i) {
        const double position = (double{x[i]} - double{over.min}) / width * count;
        bins[i] = static_cast<int32_t>(position < count ? position : count - 1);
    }
}

}  // namespace

Scan scan(std::span<const float> x) {
    Lanes lanes;
    lanes.min.fill(std::numeric_limits<float>::infinity());
    lanes.max.fill(-std::numeric_limits<float>::infinity());
    lanes.magnitude.fill(0);
    const size_t whole = x.size() - x.size() % kLanes;
    scanLanes(x.data(), whole, lanes);
    Scan seen;
    int32_t greatest = 0;
    for (size_t lane = 0; lane < kLanes; ++lane) {
        seen.range.add({lanes.min[lane], lanes.max[lane]});
        greatest = std::max(greatest, lanes.magnitude[lane]);
    }
    for (const float value : x.subspan(whole)) {
        seen.range.add({value, value});
        greatest = std::max(greatest, std::bit_cast<int32_t>(value) & kMagnitude);
    }
    seen.finite = greatest < kInfinity;
    return seen;
}

void scanColumns(std::span<const float> x, std::span<float> min, std::span<float> max) {
    scanRows(x.data(), x.size() / min.size(), min.size(), min.data(), max.data());
}

void BinCounters::count(std::span<const float> x, const Range& over) {
    constexpr size_t kPiece = 512;
    std::array<int32_t, kPiece> bins;
    const float width = over.max - over.min;
    const bool far = !std::isfinite(width * float{kBins});
    for (size_t begin = 0; begin < x.size(); begin += kPiece) {
        const size_t n = std::min(kPiece, x.size() - begin);
        if (far) {
            findFarBins(x.data() + begin, n, over, bins.data());
        } else {
            findBins(x.data() + begin, n, over.min, width, bins.data());
        }
        size_t i = 0;
        for (; i + kWays <= n; i += kWays) {
            for (size_t way = 0; way < kWays; ++way) {
                ++counters_[way][static_cast<size_t>(bins[i + way])];
            }
        }
        for (; i < n; ++i) {
            ++counters_[0][static_cast<size_t>(bins[i])];
        }
    }
}

void BinCounters::addTo(std::span<int64_t, kBins> counts) const {
    for (const auto& way : counters_) {
        for (size_t bin = 0; bin < counts.size(); ++bin) {
            counts[bin] += way[bin];
        }
    }
}

}  // namespace qs
