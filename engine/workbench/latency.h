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

/// Median and spread of inferences of `input` on the threads that are in force, `runs` at least after
/// `warmup` unmeasured ones, into `result` and `measured`; a note where the machine was busy.
Status measureLatency(Executor& executor, std::span<const at::Tensor> input, int warmup, int runs,
                      protocol::ModelResult& result, protocol::Measurement& measured,
                      std::vector<std::string>& notes, const Job& job);

/// Two networks to be timed, and how the variant came about.
struct LatencySubject {
    Executor& fp32;
    Executor& variant;
    const PreparedModel& model;
    const Encodings& encodings;
};

/// Times both networks on `input` in turns (runtime/turns.h) and writes model latencies, the speed-up with
/// its interval or that the machine was busy, the profile, the costs of restoring and the linter's findings
/// into `result`, whose layers are already listed. Costs of restoring are left out on a busy machine.
Status compareLatency(const LatencySubject& subject, std::span<const at::Tensor> input,
                      const protocol::Recipe& recipe, protocol::VariantResult& result, Job& job);

}  // namespace qs
