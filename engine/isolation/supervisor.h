#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "isolation/output_set.h"
#include "isolation/program.h"

namespace qs {

/// What a worker is allowed, and how it is fed.
struct Supervision {
    std::vector<OutputClaim> outputs = {};  ///< what it may write, because the user asked for it
    std::vector<Program> programs = {};     ///< what it may start
    /// Where set, the worker reads this process's standard input, every part of which is shown here first:
    /// the outputs that it asks for are added. Else the worker's standard input is empty.
    std::function<std::vector<OutputClaim>(std::string_view)> outputsInInput = {};
};

/// Runs `work` in a child process in the sandbox, with a temporary folder (TMPDIR) that alone it may write
/// to, and returns how it ended, as waitpid() says it; work's result is its exit code. Meanwhile this process
/// writes the child's outputs and starts its programs, by request and within what `supervision` allows, reads
/// no file, passes on the signals that ask to stop, and cleans up. The child dies with this process. Call it
/// while the process has one thread.
Result<int> supervise(Supervision supervision, const std::function<int()>& work);

}  // namespace qs
