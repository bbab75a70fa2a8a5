#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace qs::test {

struct SandboxLimits {
    unsigned seconds = 20;  ///< for one case, of wall time
    /// Of memory, above what the parent has; four times as much under a sanitizer.
    size_t bytes = size_t(1) << 30;
    /// The only folder in which a case may change files; empty: it may do what this process may.
    std::filesystem::path folder = {};
    bool quiet = true;  ///< what libraries print about damaged files is dropped; not under a sanitizer
    uint64_t casesOfAChild = 1000;  ///< so that what libraries keep of every case does not add up
    size_t mostFailures = 5;        ///< after which no more cases are run
};

/// How a case ended that did not end well.
struct SandboxFailure {
    uint64_t number = 0;
    std::string what;   ///< "killed by signal 11", "took longer than 20 s", or what the case returned
    bool late = false;  ///< whether the time was what ran out
};

/// Runs `body(number)` for each number in [begin, end) in child processes, many in each, so that a crash, a
/// hang or memory without bound is a failure of that number only. `body` returns an empty text if all is
/// well. A case that fails is run again in a child of its own: a delay that does not come back was the
/// machine's, and any other failure that does not come back is said to need the cases before it.
std::vector<SandboxFailure> runInSandbox(uint64_t begin, uint64_t end, const SandboxLimits& limits,
                                         const std::function<std::string(uint64_t)>& body);

}  // namespace qs::test
