#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "protocol/messages.h"
#include "runtime/executor.h"

namespace qs {

/// Times both networks on `input` in the same process, one after the other, and writes model latencies,
/// speed-up and per-layer times (with what ran each layer) into `result`, whose layers are already listed.
Status measureLatency(Executor& fp32, Executor& int8, const at::Tensor& input, const protocol::Recipe& recipe,
                      protocol::VariantResult& result, Job& job);

}  // namespace qs
