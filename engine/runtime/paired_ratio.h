#pragma once

#include <optional>
#include <span>

namespace qs {

/// Fewer turns than these give no interval.
inline constexpr int kFewestTurns = 6;

/// How many times longer one thing takes than another, from runs in turns: the ratios of the turns.
struct PairedRatio {
    double median = 0;
    /// Of the median, at 95 %. Between two of the sorted ratios, chosen by their ranks alone (the sign test's
    /// interval: H. A. David and H. N. Nagaraja, Order Statistics, 3rd edition, section 7.1): it holds for
    /// ratios of any distribution, and outliers do not move it. Absent for fewer than kFewestTurns.
    std::optional<double> low;
    std::optional<double> high;
    double p10 = 0;
    double p90 = 0;

    /// Whether it says something of the two things, and not of what else the machine did: the interval is
    /// narrow, and so is the range of the turns, which is wide where some were disturbed and others were not.
    bool isClear() const;
};

/// `first` over `second`: positive milliseconds, one a turn.
PairedRatio pairedRatio(std::span<const double> first, std::span<const double> second);

}  // namespace qs
