#include "quant/statistics/histogram.h"

#include <cmath>
#include <optional>

namespace qs {

namespace {

constexpr int64_t kFinePerBin = 128;  ///< PyTorch's upsample_rate

/// How PyTorch widens a range (_adjust_min_max): so that `downsampling` fine bins make a new bin, and the old
/// range begins `offset` fine bins after the new one.
struct Widening {
    Range range;
    int64_t downsampling = 0;
    int64_t offset = 0;
};

Range both(Range a, const Range& b) {
    a.add(b);
    return a;
}

/// Nothing where the old range has no width, is so narrow beside the new one that it lies in one of its bins,
/// or so wide that float32 overflows.
std::optional<Widening> widen(const Range& old, const Range& seen) {
    constexpr int bins = Histogram::kBins;
    Widening wider{both(old, seen)};
    const float fineWidth = (old.max - old.min) / static_cast<float>(bins * kFinePerBin);
    const float ratio = std::ceil((wider.range.max - wider.range.min) / (bins * fineWidth));
    if (!(ratio < 0x1p31f)) {
        return std::nullopt;
    }
    wider.downsampling = static_cast<int64_t>(ratio);
    wider.offset = static_cast<int64_t>(std::nearbyint((old.min - wider.range.min) / fineWidth));
    // Only the maximum is relaxed: for one-sided data the minimum stays at zero.
    wider.range.max += ratio * (bins * fineWidth) - (wider.range.max - wider.range.min);
    if (!std::isfinite(wider.range.max)) {
        return std::nullopt;
    }
    return wider;
}

/// `old` on new bins (_combine_histograms).
std::vector<float> spread(std::span<const float> old, const Widening& wider) {
    constexpr int64_t bins = Histogram::kBins;
    // Rounding in float32 can push the old range past the end of the new one.
    const int64_t start = std::min(wider.offset, bins * (wider.downsampling - kFinePerBin));
    std::array<double, bins + 1> integral{};
    for (size_t i = 0; i < bins; ++i) {
        integral[i + 1] = integral[i] + double{old[i]} * kFinePerBin;
    }
    const auto integralAt = [&](int64_t fine) {
        const int64_t inside = std::clamp(fine - start, int64_t{0}, bins * kFinePerBin);
        const auto bin = static_cast<size_t>(inside / kFinePerBin);
        return bin == bins ? integral[bins] : integral[bin] + double{old[bin]} * (inside % kFinePerBin);
    };
    std::vector<float> counts(bins);
    float before = 0;  // float32 as in PyTorch
    for (int64_t i = 0; i < bins; ++i) {
        const double upTo = integralAt((i + 1) * wider.downsampling);
        counts[static_cast<size_t>(i)] = static_cast<float>((upTo - before) / kFinePerBin);
        before = static_cast<float>(upTo);
    }
    return counts;
}

double width(const Range& range) {
    return double{range.max} - double{range.min};
}

}  // namespace

double Histogram::edge(int edge) const {
    return double{range_.min} + width(range_) * edge / kBins;
}

double Histogram::total() const {
    double sum = 0;
    for (const float count : counts_) {
        sum += count;
    }
    return sum;
}

Range Histogram::rangeWith(const Range& seen) const {
    if (empty()) {
        return seen;
    }
    if (range_.holds(seen)) {
        return range_;
    }
    const auto wider = widen(range_, seen);
    return wider ? wider->range : both(range_, seen);
}

void Histogram::add(const Range& seen, const Counts& counts) {
    if (empty()) {
        counts_.resize(kBins);
        range_ = seen;
    } else if (!range_.holds(seen)) {
        const auto wider = widen(range_, seen);
        counts_ = wider ? spread(counts_, *wider) : countsOver(both(range_, seen));
        range_ = wider ? wider->range : both(range_, seen);
    }
    for (size_t i = 0; i < counts.size(); ++i) {
        counts_[i] = static_cast<float>(counts[i]) + counts_[i];
    }
}

/// The counts as if they lay evenly in their bins, over a range that holds this one.
std::vector<float> Histogram::countsOver(const Range& over) const {
    std::vector<float> result(kBins);
    const double bin = width(over) / kBins;
    if (width(range_) == 0 || bin == 0) {
        const double position = bin == 0 ? kBins : (double{range_.min} - double{over.min}) / bin;
        result[static_cast<size_t>(std::min(position, kBins - 1.0))] = static_cast<float>(total());
        return result;
    }
    std::array<double, kBins> sums{};
    const double ratio = width(range_) / width(over);
    const double start = (double{range_.min} - double{over.min}) / bin;
    for (int i = 0; i < kBins; ++i) {
        // In bins of `over`; an old bin may be narrower than a new one or span several.
        const double begin = std::clamp(start + i * ratio, 0.0, double{kBins});
        const double end = std::clamp(start + (i + 1) * ratio, begin, double{kBins});
        const double count = counts_[static_cast<size_t>(i)];
        const int first = std::min(static_cast<int>(begin), kBins - 1);
        const int last = std::min(static_cast<int>(end), kBins - 1);
        if (first == last) {
            sums[static_cast<size_t>(first)] += count;
            continue;
        }
        for (int to = first; to <= last; ++to) {
            const double overlap = std::min<double>(end, to + 1) - std::max<double>(begin, to);
            sums[static_cast<size_t>(to)] += count * overlap / (end - begin);
        }
    }
    for (size_t i = 0; i < kBins; ++i) {
        result[i] = static_cast<float>(sums[i]);
    }
    return result;
}

void Histogram::merge(const Histogram& other) {
    if (other.empty()) {
        return;
    }
    if (empty()) {
        *this = other;
        return;
    }
    add(other.range_, Counts{});
    const std::vector<float> added = range_ == other.range_ ? other.counts_ : other.countsOver(range_);
    for (size_t i = 0; i < added.size(); ++i) {
        counts_[i] += added[i];
    }
}

}  // namespace qs
