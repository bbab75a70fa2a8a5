#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "isolation/descriptor.h"

namespace qs {

/// A program that this one starts, always with the same words and one argument more.
struct Program {
    std::string name;                ///< between processes: "onnxruntime"
    std::vector<std::string> words;  ///< the first is looked for in PATH
    /// Environment variables that it gets besides this process's; empty: it does not get that one.
    std::map<std::string, std::string> environment = {};
};

/// A process that was started.
class ProgramProcess {
  public:
    virtual ~ProgramProcess() = default;
    /// How it ended, as waitpid() says it; nothing while it runs.
    virtual std::optional<int> status() = 0;
    /// Ends it at once, if it still runs.
    virtual void kill() = 0;
};

struct StartedProgram {
    std::unique_ptr<ProgramProcess> process;
    Descriptor channel;  ///< its standard input and output
};

/// Starts the program with its standard error in `log`. In a worker (see supervise()) the process that it
/// works for does it, in a sandbox of its own.
Result<StartedProgram> startProgram(const Program& program, const std::string& argument, Descriptor log);

/// Where PATH has the program; empty where it has not. Folders that are not absolute do not count: they would
/// be found in whatever folder the user is in.
std::filesystem::path findProgram(const std::string& name);

/// A child process of this one.
struct ChildProcess {
    pid_t id = -1;
    Descriptor channel;
};

/// Starts it as a child of this process; in a sandbox where there is `writable`, the folder that it leaves.
Result<ChildProcess> startChild(const Program& program, const std::string& argument, const Descriptor& log,
                                const std::optional<std::filesystem::path>& writable);

/// waitpid() without waiting.
std::optional<int> statusOf(pid_t child);

}  // namespace qs
