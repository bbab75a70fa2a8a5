#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "protocol/messages.h"
#include "quant/ptq.h"
#include "runtime/executor.h"

namespace qs {

/// The first sample of the data that can be decoded, as a batch of one (padded where the data pads): a tensor
/// an input.
Result<std::vector<at::Tensor>> firstSample(Dataset& data);

/// Median and spread of `runs` inferences of `input`, after `warmup` unmeasured ones, into `result`.
Status measureLatency(Executor& executor, std::span<const at::Tensor> input, int warmup, int runs,
                      protocol::ModelResult& result, const Job& job);

/// Two networks to be timed, and how the variant came about.
struct LatencySubject {
    Executor& fp32;
    Executor& variant;
    const PreparedModel& model;
    const RuleSet& rules;
};

/// Times both networks on `input` in the same process, one after the other, and writes model latencies,
/// speed-up, the profile, the predicted costs of restoring and the linter's findings into `result`, whose
/// layers are already listed.
Status compareLatency(const LatencySubject& subject, std::span<const at::Tensor> input,
                      const protocol::Recipe& recipe, protocol::VariantResult& result, Job& job);

}  // namespace qs
