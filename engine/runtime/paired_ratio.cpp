#include "runtime/paired_ratio.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/latency_stats.h"

namespace qs {

namespace {

constexpr double kOutside = 0.025;       ///< on either side of a 95 % interval
constexpr double kWidestInterval = 1.1;  ///< high / low
constexpr double kWidestRange = 1.5;     ///< p90 / p10

/// How many of `count` sorted samples lie outside the median's interval on either side, the one at its end
/// included: the most k with P(Binomial(count, 1/2) < k) <= kOutside. 0: there is no interval.
size_t outside(size_t count) {
    const auto n = static_cast<double>(count);
    double below = 0;
    size_t k = 0;
    for (; k < count; ++k) {
        const auto i = static_cast<double>(k);
        below += std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) - std::lgamma(n - i + 1) - n * std::log(2));
        if (below > kOutside) {
            break;
        }
    }
    return k;
}

}  // namespace

bool PairedRatio::isClear() const {
    return low && *high <= *low * kWidestInterval && p90 <= p10 * kWidestRange;
}

PairedRatio pairedRatio(std::span<const double> first, std::span<const double> second) {
    std::vector<double> ratios;
    for (size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
        ratios.push_back(first[i] / second[i]);
    }
    if (ratios.empty()) {
        return {};
    }
    std::ranges::sort(ratios);
    PairedRatio ratio;
    const size_t half = ratios.size() / 2;
    // The middle of two is taken between their logarithms, so that the inverse ratio is the inverse.
    ratio.median = ratios.size() % 2 ? ratios[half] : std::sqrt(ratios[half - 1] * ratios[half]);
    ratio.p10 = quantile(ratios, 0.1);
    ratio.p90 = quantile(ratios, 0.9);
    if (const size_t k = outside(ratios.size()); k > 0) {
        ratio.low = ratios[k - 1];
        ratio.high = ratios[ratios.size() - k];
    }
    return ratio;
}

}  // namespace qs
