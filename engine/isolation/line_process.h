#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "core/result.h"
#include "isolation/program.h"

namespace qs {

/// A child process that answers a line on stdout to each line on its stdin. The destructor ends it. A child
/// that dies, cannot be started or keeps silent makes a failure, never a signal or a hang.
class LineProcess {
  public:
    /// Starts the program. Its stderr goes to the file `log`.
    static Result<std::unique_ptr<LineProcess>> start(const Program& program, const std::string& argument,
                                                      std::filesystem::path log);
    ~LineProcess();
    LineProcess(const LineProcess&) = delete;
    LineProcess& operator=(const LineProcess&) = delete;

    /// Sends a line (without its end).
    Status send(const std::string& line);
    /// The next line that it prints. Failure where none comes within `limit`, and where the process has
    /// ended: how it ended, and the last line of its log.
    Result<std::string> receive(std::chrono::milliseconds limit);

  private:
    LineProcess(std::string name, std::filesystem::path log, StartedProgram started)
        : name_(std::move(name)), log_(std::move(log)), started_(std::move(started)) {}

    Error ended();

    std::string name_;
    std::filesystem::path log_;
    StartedProgram started_;
    std::string received_;
};

}  // namespace qs
