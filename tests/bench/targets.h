#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/messages.h"

namespace qs::bench {

/// One network's table at a number of threads.
struct Measured {
    std::string network;
    protocol::ComparisonResult comparison;
};

/// What has to be reached, in words, and what was.
struct Target {
    std::string words;            ///< "resnet18, 1 thread: INT8 over its bare primitives"
    std::optional<double> value;  ///< absent where a contestant did not run
    double limit = 0;
    bool atMost = true;  ///< else at least
    std::string unit = "x";

    bool reached() const { return value && (atMost ? *value <= limit : *value >= limit); }
};

/// Those that the tables answer: of ResNets each network's ratios, of mobile and other networks each
/// network's and the geometric mean, of all that were measured on one and two threads the gain.
std::vector<Target> speedTargets(const std::vector<Measured>& tables);

/// "reached  WORDS: 1.03 x (at most 1.08 x)".
std::string text(const Target& target);

}  // namespace qs::bench
