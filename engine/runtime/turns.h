#pragma once

#include <span>
#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "runtime/executor.h"
#include "runtime/paired_ratio.h"

namespace qs {

struct TurnSettings {
    int warmup = 0;            ///< unmeasured inferences before, of each network
    int least = kFewestTurns;  ///< turns, as far as the machine allows; never fewer than kFewestTurns
    int threads = 1;           ///< in force
    int mostTimes = 5;         ///< the least that are measured where they are not clear
};

/// Networks timed in turns, by their place in the list that was given.
struct TimedTurns {
    std::vector<std::vector<double>> ms;  ///< InferenceTime::msOn() by turn
    std::vector<LatencyStats> stats;
    /// The first network's time over the second's; empty where there is but one.
    PairedRatio ratio;
    /// Other work took the processors from too many of the turns, or they differ too much: what was measured
    /// is the machine's load as much as the networks.
    bool busy = false;
};

/// Times networks in turns: in each turn every network runs once unmeasured, as the one before has taken the
/// caches; once for its time; and once more with the time of each step. The order turns round from turn to
/// turn, so that a load that grows or fades meets all alike. Turns in which threads waited for a processor
/// are measured anew, and where what is left is not clear more turns are taken: up to `settings.mostTimes`
/// the least, and for at most ten seconds more. Where that does not help the result says `busy` and has all
/// turns. Polls `job` before each inference.
Result<TimedTurns> timeInTurns(std::span<Profiler* const> networks, const TurnSettings& settings,
                               const Job& job);

}  // namespace qs
