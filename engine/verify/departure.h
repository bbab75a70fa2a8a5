#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "protocol/messages.h"
#include "runtime/executor.h"
#include "verify/file_facts.h"
#include "verify/file_runtime.h"

namespace qs {

/// A network and its export, each run whole on the same samples.
struct WholeRun {
    Executor& engine;
    FileSession& session;
    const LayerTensors& layers;      ///< FileFacts::layers
    std::vector<at::Tensor> inputs;  ///< of the engine
    std::vector<at::Tensor> forFile;
};

/// Where the file's values leave the engine's: the first step with any other value, and behind it the first
/// where more differs than roundings of what lies on a tie (kTiesPercent). Bisects over the places where the
/// network can be cut: each look gives out the few integer tensors that cross one cut, beside the file's
/// outputs. A look that changes those outputs has changed what the runtime fuses, and does not count. Empty
/// where the outputs are equal, or nothing between can be seen.
Result<std::vector<protocol::Departure>> findDepartures(const WholeRun& run, const Job& job);

/// More of a step's values than these, or any by more than one step of their grid, is no matter of ties.
inline constexpr double kTiesPercent = 0.1;

/// One line: what VerifyResult::departures says.
std::string departureLine(const protocol::Departure& departure);

}  // namespace qs
