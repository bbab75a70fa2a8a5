#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace qs::test {

struct SandboxLimits {
    unsigned seconds = 20;           ///< for one case, of wall time
    size_t bytes = size_t(1) << 30;  ///< of address space above what the parent has; not under a sanitizer
};

/// How a case ended that did not end well.
struct SandboxFailure {
    uint64_t number = 0;
    std::string what;  ///< "killed by signal 11", "took longer than 20 s", or what the case returned
};

/// Runs `body(number)` for each number in [begin, end) in child processes, so that a crash, a hang or memory
/// without bound is a failure of that number only. `body` returns an empty text if all is well. Stops after a
/// few failures.
std::vector<SandboxFailure> runInSandbox(uint64_t begin, uint64_t end, const SandboxLimits& limits,
                                         const std::function<std::string(uint64_t)>& body);

}  // namespace qs::test
