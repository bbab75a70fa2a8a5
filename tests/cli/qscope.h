#pragma once

#include <signal.h>
#include <sys/types.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace qs::test {

/// Changes to the environment of these tests: a value, or nothing where the variable is not to be there.
using Environment = std::map<std::string, std::optional<std::string>>;

/// A finished run of the program.
struct Finished {
    int code = -1;  ///< exit code; negative: the signal that ended it
    std::string out;
    std::string err;

    /// The whole of stdout as one JSON value; fails the test where it is anything else.
    nlohmann::json json() const;
};

/// The qscope program of this build, running with its output in files of `folder`.
class Qscope {
  public:
    /// Starts it. `stdoutFile` replaces the file of stdout.
    Qscope(const std::filesystem::path& folder, std::vector<std::string> arguments,
           const Environment& environment = {}, const std::string& stdoutFile = {});
    ~Qscope();
    Qscope(const Qscope&) = delete;
    Qscope& operator=(const Qscope&) = delete;

    /// Waits until stderr holds `text`; false where the program ended before.
    bool waitForStderr(const std::string& text);
    void interrupt() const { signal(SIGINT); }
    void signal(int number) const;
    Finished wait();

  private:
    bool hasEnded();

    std::filesystem::path out_;
    std::filesystem::path err_;
    pid_t process_ = -1;
    int status_ = 0;
    bool ended_ = false;
};

}  // namespace qs::test
