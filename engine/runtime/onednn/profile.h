#pragma once

#include <span>

#include "runtime/executor.h"
#include "runtime/onednn/plan.h"

namespace qs::onednn {

/// Latency of whole runs and of each row. Runs with timers alternate with runs without, so that both see the
/// same machine: the total comes from those without. A row's time is its mean over those timed runs whose
/// total lies between the quartiles of all of them, without the clock's own cost: such means add up, as
/// medians of single rows do not, and a disturbed run spoils none of them.
Result<Profile> profilePlan(Plan& plan, std::span<const at::Tensor> inputs, int warmup, int runs,
                            const Job& job);

}  // namespace qs::onednn
