#pragma once

#include <span>

#include "runtime/executor.h"
#include "runtime/onednn/plan.h"

namespace qs::onednn {

/// Latency of whole runs and of each node. Runs with timers alternate with runs without, so that both see the
/// same machine: the total comes from those without. The clock's own cost is taken from each node's median,
/// and what then remains between their sum and the total's median (binding inputs, copying outputs, cold
/// caches) is spread over the nodes in proportion: per-layer times add up to the total.
Result<Profile> profilePlan(Plan& plan, std::span<const at::Tensor> inputs, int warmup, int runs,
                            const Job& job);

}  // namespace qs::onednn
