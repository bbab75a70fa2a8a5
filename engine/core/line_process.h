#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"

namespace qs {

/// A child process that answers a line on stdout to each line on its stdin. The destructor ends it. A child
/// that dies, cannot be started or keeps silent makes a failure, never a signal or a hang.
class LineProcess {
  public:
    /// Starts `words` (the first is looked for in PATH) in this process's environment without the variables
    /// `unset`. Its stderr goes to the file `log`.
    static Result<std::unique_ptr<LineProcess>> start(std::vector<std::string> words,
                                                      std::filesystem::path log,
                                                      const std::vector<std::string>& unset = {});
    ~LineProcess();
    LineProcess(const LineProcess&) = delete;
    LineProcess& operator=(const LineProcess&) = delete;

    /// Sends a line (without its end).
    Status send(const std::string& line);
    /// The next line that it prints. Failure where none comes within `limit`, and where the process has
    /// ended: how it ended, and the last line of its log.
    Result<std::string> receive(std::chrono::milliseconds limit);

  private:
    LineProcess(std::string name, std::filesystem::path log, pid_t process, int channel)
        : name_(std::move(name)), log_(std::move(log)), process_(process), channel_(channel) {}

    Error ended();

    std::string name_;
    std::filesystem::path log_;
    pid_t process_;
    int channel_;
    std::string received_;
};

}  // namespace qs
