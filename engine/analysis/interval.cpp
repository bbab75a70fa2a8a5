#include "analysis/interval.h"

#include <algorithm>
#include <cmath>

namespace qs {

namespace {

constexpr double kZ = 1.959963984540054;  ///< 97.5 % quantile of the standard normal distribution

}  // namespace

Interval wilsonInterval(int64_t hits, int64_t samples) {
    if (samples <= 0) {
        return {0, 1};
    }
    const double n = static_cast<double>(samples);
    const double p = static_cast<double>(hits) / n;
    const double scale = 1 + kZ * kZ / n;
    const double centre = (p + kZ * kZ / (2 * n)) / scale;
    const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n)) / scale;
    // Rounding must not leave a share of exactly 0 or 1 outside its own interval.
    return {hits == 0 ? 0 : centre - half, hits == samples ? 1 : centre + half};
}

void PairedDifference::add(bool first, bool second) {
    ++samples_;
    onlyFirst_ += first && !second;
    onlySecond_ += second && !first;
}

double PairedDifference::difference() const {
    return samples_ == 0 ? 0 : static_cast<double>(onlyFirst_ - onlySecond_) / static_cast<double>(samples_);
}

Interval PairedDifference::interval() const {
    if (samples_ == 0) {
        return {-1, 1};
    }
    const double n = static_cast<double>(samples_ + 2);
    const double first = static_cast<double>(onlyFirst_ + 1) / n;
    const double second = static_cast<double>(onlySecond_ + 1) / n;
    const double centre = first - second;
    const double half = kZ * std::sqrt((first + second - centre * centre) / n);
    return {std::max(-1.0, centre - half), std::min(1.0, centre + half)};
}

bool PairedDifference::distinguishable() const {
    const Interval range = interval();
    return range.low > 0 || range.high < 0;
}

}  // namespace qs
