#pragma once

#include <optional>
#include <string>

#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "protocol/messages.h"
#include "runtime/executor.h"
#include "verify/file_facts.h"

namespace qs {

/// An exported file, and what it is held against.
struct VerifySubject {
    const FileFacts& file;
    Executor& engine;     ///< the network that was exported
    const Dataset& data;  ///< samples as the network takes them
    bool real = true;     ///< false: the data is noise, and classes mean nothing
    /// How the data's images became tensors, for files with their preprocessing inside.
    protocol::Preprocessing preprocessing = {};
    int64_t fixedBatch = 0;  ///< Graph::fixedBatch()
};

struct VerifyOptions {
    std::string runtime = {};  ///< empty: the best that is here
    int64_t batch = 64;
    int64_t layerSamples = 16;  ///< 0: layers are not compared
    int threads = 1;            ///< as setThreads() returned them
};

/// Opens the file in a runtime, runs the samples through it and through the engine, compares, times both in
/// turns, and judges (judge()). Where outputs are apart, VerifyResult::departures says where the
/// file's values leave the engine's. `measured` is the caller's. Failure where the file does not run, or is
/// not one of this network.
Result<protocol::VerifyResult> verifyFile(const VerifySubject& subject, const VerifyOptions& options,
                                          Job& job);

/// Sets `passed` and `verdict` by what was measured (protocol::judgementsOf()).
void judge(protocol::VerifyResult& result);

}  // namespace qs
