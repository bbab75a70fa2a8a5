#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace qs {

/// What a process keeps when it enters the sandbox, besides reading files and computing.
struct SandboxRules {
    std::vector<std::filesystem::path> writable;    ///< folders in which it may change files
    std::vector<std::filesystem::path> executable;  ///< programs that it may become (execve)
};

/// The walls of a sandbox: each is there or not, by what the kernel has.
struct SandboxWalls {
    int landlock = 0;          ///< version of Landlock's interface; 0: none
    bool systemCalls = false;  ///< seccomp
};

/// Gives up, for good and for all that is started later, the right to change files outside of `rules`, to
/// start programs or processes, to use the network or any socket, to signal or look into other processes, and
/// to change permissions. Behind it a fault in what parses a stranger's file reaches nothing. Call it while
/// the process has one thread. Returns what stands; what the kernel lacks is left out.
SandboxWalls enterSandbox(const SandboxRules& rules);

/// What enterSandbox() would put up on this kernel.
SandboxWalls availableWalls();

/// "Landlock 4 and seccomp", "seccomp", "none (...)": for --version and the About box.
std::string describe(const SandboxWalls& walls);

}  // namespace qs
