#include <cmath>
#include <limits>
#include <vector>

#include "core/translatable.h"
#include "quant/ranges/range_choice.h"

namespace qs {

namespace {

/// Bins [begin, end) of a histogram, what lies outside counted in the first and the last of them.
struct Slice {
    int64_t begin = 0;
    int64_t end = 0;
};

/// Kullback-Leibler divergence of what a grid makes of a clipped histogram from the histogram itself, as
/// TensorRT calibrates (S. Migacz, 8-bit Inference with TensorRT, GTC 2017): P is the slice with its outliers
/// in the end bins; Q has the slice's counts, without them, spread evenly over those bins of a level in which
/// P has any. Running sums make a slice cost as much as it has levels, not bins.
class Divergence {
  public:
    explicit Divergence(const Histogram& histogram)
        : counts_(histogram.counts()), sums_(bins + 1), nonzeros_(bins + 1), logs_(bins + 1) {
        for (size_t i = 0; i < bins; ++i) {
            const double count = counts_[i];
            sums_[i + 1] = sums_[i] + count;
            nonzeros_[i + 1] = nonzeros_[i] + (count > 0 ? 1 : 0);
            logs_[i + 1] = logs_[i] + timesLog(count);
        }
    }

    /// Level j of `levels` begins `j * width / levels` bins after bin `origin`.
    double of(const Slice& slice, int64_t origin, int64_t width, int64_t levels) const {
        const double total = sums_[bins];
        const double kept = between(sums_, slice);
        const double below = sums_[at(slice.begin)];
        const double above = total - sums_[at(slice.end)];
        const size_t first = at(slice.begin), last = at(slice.end - 1);
        double pLogP = between(logs_, slice);
        pLogP += timesLog(counts_[first] + below) - timesLog(counts_[first]);
        pLogP += timesLog(counts_[last] + above) - timesLog(counts_[last]);
        double pLogQ = 0;
        for (int64_t level = (slice.begin - origin) * levels / width;; ++level) {
            Slice part{origin + (level * width + levels - 1) / levels,
                       origin + ((level + 1) * width + levels - 1) / levels};
            part = {std::max(part.begin, slice.begin), std::min(part.end, slice.end)};
            if (part.begin >= slice.end) {
                break;
            }
            if (part.begin >= part.end) {
                continue;
            }
            const double q = between(sums_, part);
            double p = q;
            double holding = between(nonzeros_, part);
            if (part.begin == slice.begin && below > 0) {
                p += below;
                holding += counts_[first] > 0 ? 0 : 1;
            }
            if (part.end == slice.end && above > 0) {
                p += above;
                holding += counts_[last] > 0 ? 0 : 1;
            }
            if (p > 0 && q == 0) {
                return std::numeric_limits<double>::infinity();
            }
            pLogQ += p > 0 ? p * std::log(q / holding) : 0;
        }
        return (pLogP - pLogQ) / total - std::log(total) + std::log(kept);
    }

  private:
    static constexpr size_t bins = Histogram::kBins;

    static size_t at(int64_t bin) { return static_cast<size_t>(bin); }
    static double timesLog(double count) { return count > 0 ? count * std::log(count) : 0; }
    static double between(const std::vector<double>& sums, const Slice& slice) {
        return sums[at(slice.end)] - sums[at(slice.begin)];
    }

    std::span<const float> counts_;
    std::vector<double> sums_;
    std::vector<double> nonzeros_;
    std::vector<double> logs_;
};

constexpr double kEqual = 1e-9;  ///< divergences closer than this differ by rounding only

/// The range, of those that reach as many bins to either side of zero as there are, with the least
/// divergence; of equal ones the widest.
Range leastDivergence(const Range& seen, const Histogram& histogram, const TensorQConfig& grid,
                      const Parameters&) {
    constexpr int64_t bins = Histogram::kBins;
    const double binWidth = (histogram.edge(bins) - histogram.edge(0)) / bins;
    const int64_t levels = levelsOf(grid);
    if (binWidth == 0 || levels == 0) {
        return seen;
    }
    const Divergence divergence(histogram);
    const auto zero = static_cast<int64_t>(
        std::nearbyint(std::clamp(-histogram.edge(0) / binWidth, 0.0, double{Histogram::kBins})));
    Slice best{0, bins};
    double least = std::numeric_limits<double>::infinity();
    for (int64_t reach = std::max(zero, bins - zero); reach > 0; --reach) {
        const Slice slice{std::max<int64_t>(0, zero - reach), std::min(bins, zero + reach)};
        // A symmetric grid covers as much on the side where nothing is.
        const bool symmetric = grid.scheme == Scheme::Symmetric;
        const int64_t width = symmetric ? 2 * reach : slice.end - slice.begin;
        if (width < levels) {
            break;
        }
        const double value = divergence.of(slice, symmetric ? zero - reach : slice.begin, width, levels);
        if (value < least - kEqual) {
            least = value;
            best = slice;
        }
    }
    return {std::max(seen.min, static_cast<float>(histogram.edge(static_cast<int>(best.begin)))),
            std::min(seen.max, static_cast<float>(histogram.edge(static_cast<int>(best.end))))};
}

}  // namespace

void register_entropy(Registry<RangeChoice>& registry) {
    registry.add("entropy", {QT_TRANSLATE_NOOP("Engine",
                                               "least Kullback-Leibler divergence between what was seen and "
                                               "what the grid makes of it, as TensorRT"),
                             RangeChoice::Needs::Histogram,
                             {},
                             {},
                             leastDivergence});
}

}  // namespace qs
