#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "protocol/messages.h"
#include "runtime/executor.h"

namespace qs {

/// The first sample of the data that can be decoded, as a batch of one (padded where the data pads): a tensor
/// an input.
Result<std::vector<at::Tensor>> firstSample(Dataset& data);

/// Median and spread of `runs` inferences of `input`, after `warmup` unmeasured ones, into `result`.
Status measureLatency(Executor& executor, std::span<const at::Tensor> input, int warmup, int runs,
                      protocol::ModelResult& result, const Job& job);

/// Times both networks on `input` in the same process, one after the other, and writes model latencies,
/// speed-up and per-layer times (with what ran each layer) into `result`, whose layers are already listed.
Status compareLatency(Executor& fp32, Executor& int8, std::span<const at::Tensor> input,
                      const protocol::Recipe& recipe, protocol::VariantResult& result, Job& job);

}  // namespace qs
