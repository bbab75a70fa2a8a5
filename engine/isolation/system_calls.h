#pragma once

namespace qs {

/// Makes the kernel refuse (EPERM) to every thread of this process, and what it starts, the calls that
/// Landlock has no rights for: processes, sockets, permissions and owners of files, other processes' memory,
/// and the kernel's own settings; where `startsPrograms`, execve stays. False where the kernel has no seccomp
/// filters.
bool restrictSystemCalls(bool startsPrograms);

/// Whether the kernel has seccomp filters.
bool hasSystemCallFilters();

}  // namespace qs
