#pragma once

#include <memory>
#include <vector>

#include "runtime/executor.h"
#include "runtime/plan/plan.h"

namespace qs::runtime {

/// Times inferences of `inputs`, for which the plan was made.
std::unique_ptr<Profiler> makePlanProfiler(std::shared_ptr<Plan> plan, std::vector<at::Tensor> inputs);

}  // namespace qs::runtime
