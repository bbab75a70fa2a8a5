#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "core/translatable.h"
#include "ops/choose_qparams.h"
#include "quant/ranges/range_choice.h"
#include "quant/statistics/clones.h"

namespace qs {

namespace {

constexpr int kShares = 100;  ///< ends of a range that are tried: hundredths of the end that was seen

/// The histogram's bins that hold something.
struct Filled {
    std::vector<double> begin;
    std::vector<double> end;
    std::vector<double> density;
};

Filled filledBins(const Histogram& histogram) {
    Filled bins;
    for (int i = 0; i < Histogram::kBins; ++i) {
        const double count = histogram.counts()[static_cast<size_t>(i)];
        const double begin = histogram.edge(i);
        // All in one place where there is one number only.
        const double end = std::max(histogram.edge(i + 1), begin + 1e-6 * std::abs(begin));
        if (count > 0) {
            bins.begin.push_back(begin);
            bins.end.push_back(end);
            bins.density.push_back(count / (end - begin));
        }
    }
    return bins;
}

/// Grid points, in steps of the grid: integers from `least` to `greatest`.
struct Points {
    double least = 0;
    double greatest = 0;
};

/// Integral of (t - nearest grid point)^2 from the least grid point to t.
inline double integratedError(double t, const Points& points) {
    // Added and taken away, it rounds to the nearest integer, half to even; vectorizes where nearbyint() does
    // not.
    constexpr double kMagic = 0x1.8p52;
    const double inside = std::min(std::max(t, points.least), points.greatest);
    const double nearest = (inside + kMagic) - kMagic;
    const double beyond = t - nearest;
    return (nearest - points.least) / 12 + beyond * beyond * beyond / 3;
}

QS_STATISTICS_CLONES double sumErrors(const double* begin, const double* end, const double* density,
                                      size_t count, double perUnit, Points points) {
    constexpr size_t kLanes = 8;
    std::array<double, kLanes> sums{};
    const auto error = [&](size_t i) {
        return density[i] *
               (integratedError(end[i] * perUnit, points) - integratedError(begin[i] * perUnit, points));
    };
    size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (size_t lane = 0; lane < kLanes; ++lane) {
            sums[lane] += error(i + lane);
        }
    }
    for (; i < count; ++i) {
        sums[0] += error(i);
    }
    double sum = 0;
    for (const double part : sums) {
        sum += part;
    }
    return sum;
}

/// Squared errors of a grid over everything that was seen, counts taken to lie evenly in their bins.
double squaredError(const Filled& bins, const TensorQConfig& grid, const Range& range) {
    const auto [scale, zeroPoint] = chooseQParams(range.min, range.max, grid.kind());
    const Points points{static_cast<double>(grid.quantMin - zeroPoint),
                        static_cast<double>(grid.quantMax - zeroPoint)};
    return sumErrors(bins.begin.data(), bins.end.data(), bins.density.data(), bins.begin.size(), 1 / scale,
                     points) *
           scale * scale * scale;
}

/// Of signs alone the best scale is the mean of |x| (XNOR-Net, section 3.1,
/// https://arxiv.org/abs/1603.05279).
float meanMagnitude(const Filled& bins) {
    double sum = 0;
    double total = 0;
    for (size_t i = 0; i < bins.begin.size(); ++i) {
        const double count = bins.density[i] * (bins.end[i] - bins.begin[i]);
        sum += count * std::abs(bins.begin[i] + bins.end[i]) / 2;
        total += count;
    }
    return static_cast<float>(sum / total);
}

/// Shrinks both ends by the same share first, then one after the other until neither gains.
Range leastError(const Range& seen, const Histogram& histogram, const TensorQConfig& grid,
                 const Parameters&) {
    const Filled bins = filledBins(histogram);
    const Range whole{std::min(seen.min, 0.0F), std::max(seen.max, 0.0F)};
    if (whole.min == whole.max || !std::isfinite(whole.max - whole.min) || levelsOf(grid) == 0) {
        return seen;
    }
    if (grid.dtype == DType::Binary) {
        const float mean = meanMagnitude(bins);
        return {-mean, mean};
    }
    Range best = seen;
    double least = std::numeric_limits<double>::infinity();
    const auto part = [](float end, int share) { return end * (static_cast<float>(share) / kShares); };
    // The widest of equal ranges. A range without an inside covers nothing.
    const auto tryRange = [&](const Range& range) {
        const double error = squaredError(bins, grid, range);
        if (error < least && range.min < range.max) {
            least = error;
            best = range;
        }
    };
    for (int share = kShares; share > 0; --share) {
        tryRange({part(whole.min, share), part(whole.max, share)});
    }
    const bool twoSided = grid.scheme == Scheme::Affine && whole.min < 0 && whole.max > 0;
    for (double before = 0; twoSided && least != before;) {
        before = least;
        for (int share = kShares; share >= 0; --share) {
            tryRange({part(whole.min, share), best.max});
        }
        for (int share = kShares; share >= 0; --share) {
            tryRange({best.min, part(whole.max, share)});
        }
    }
    return best;
}

}  // namespace

void register_mse(Registry<RangeChoice>& registry) {
    registry.add("mse", {QT_TRANSLATE_NOOP("Engine", "least mean squared error of the rounded numbers"),
                         RangeChoice::Needs::Histogram,
                         {},
                         {},
                         leastError});
}

}  // namespace qs
