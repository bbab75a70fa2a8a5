#pragma once

#include <string>
#include <vector>

#include "comparison/contestant.h"
#include "core/job.h"
#include "core/result.h"
#include "protocol/messages/comparison.h"

namespace qs {

struct ComparisonOptions {
    std::vector<std::string> against;  ///< names of contestants, or "all"
    int warmup = 10;                   ///< unmeasured inferences of each before the rounds
    int runs = 100;                    ///< rounds; at least kFewestTurns are taken
};

/// ours-int8 first, then the wanted contestants by name. Usage error naming those there are.
Result<std::vector<std::string>> chooseContestants(const std::vector<std::string>& against);

/// Makes the contestants ready and times them in rounds: in each, every contestant has one turn, and who
/// begins changes from round to round, so that whatever else the machine does meets all alike. A turn is an
/// unmeasured inference, which brings the contestant's own data into the caches, and a measured one. On one
/// thread the processor's time is reported, in which other programs do not count; on several the clock's.
/// Each ratio is the median of those of the rounds, with its interval, or absent where it is not clear.
///
/// Contestants that are not available, or fail on the way, have the reason in their row's note. A cancelled
/// job stops between rounds.
Result<protocol::ComparisonResult> compareRuntimes(const ComparisonSubject& subject,
                                                   const ComparisonOptions& options, Job& job);

}  // namespace qs
