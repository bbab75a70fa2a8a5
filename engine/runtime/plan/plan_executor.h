#pragma once

#include <memory>

#include "runtime/executor.h"
#include "runtime/plan/kernel.h"

namespace qs::runtime {

/// Runs `graph` through plans, one for each input shape and number of threads (the last ones are kept), whose
/// nodes run on the first of `sources` that takes them.
std::unique_ptr<Executor> makePlanExecutor(QuantizedGraph graph, KernelSources sources);

}  // namespace qs::runtime
