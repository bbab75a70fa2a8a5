#pragma once

#include <cstdint>

namespace qs {

/// A 95 % interval, as shares (0..1) or differences of shares (-1..1).
struct Interval {
    double low = 0;
    double high = 0;
};

/// Wilson's score interval for `hits` of `samples` (Wilson 1927; without continuity correction). The whole
/// range 0..1 for no samples.
Interval wilsonInterval(int64_t hits, int64_t samples);

/// Two yes-or-no judgements of the same samples, and the difference of their shares. Samples on which both
/// agree say nothing about its sign, so that its interval is much narrower than those of the shares.
class PairedDifference {
  public:
    void add(bool first, bool second);

    int64_t samples() const { return samples_; }
    int64_t onlyFirst() const { return onlyFirst_; }
    int64_t onlySecond() const { return onlySecond_; }
    /// Share of the first minus share of the second; 0 for no samples.
    double difference() const;
    /// Bonett and Price's adjusted Wald interval (J. Educ. Behav. Stat. 37, 2012), which holds its level for
    /// few discordant samples too.
    Interval interval() const;
    /// Whether the interval leaves out 0.
    bool distinguishable() const;

  private:
    int64_t samples_ = 0;
    int64_t onlyFirst_ = 0;
    int64_t onlySecond_ = 0;
};

}  // namespace qs
