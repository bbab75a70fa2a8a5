#pragma once

#include <memory>

#include "runtime/executor.h"
#include "runtime/onednn/kernel.h"

namespace qs::onednn {

/// Runs `graph` through plans, one for each input shape and number of threads (the last ones are kept), whose
/// nodes run on the first of `sources` that takes them.
std::unique_ptr<Executor> makePlanExecutor(QuantizedGraph graph, KernelSources sources);

}  // namespace qs::onednn
