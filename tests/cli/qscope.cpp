#include "qscope.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "core/files.h"

namespace qs::test {

namespace {

constexpr int kFileMode = 0644;

std::vector<char*> pointersTo(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environmentWith(const Environment& changes) {
    std::vector<std::string> variables;
    for (const auto& [name, value] : changes) {
        if (value) {
            variables.push_back(name + '=' + *value);
        }
    }
    for (char** variable = environ; *variable; ++variable) {
        const std::string text = *variable;
        if (!changes.contains(text.substr(0, text.find('=')))) {
            variables.push_back(text);
        }
    }
    return variables;
}

}  // namespace

nlohmann::json Finished::json() const {
    const auto json = nlohmann::json::parse(out, nullptr, false);
    EXPECT_TRUE(json.is_object()) << "stdout: " << out << "\nstderr: " << err;
    return json;
}

Qscope::Qscope(const std::filesystem::path& folder, std::vector<std::string> arguments,
               const Environment& environment, const std::string& stdoutFile)
    : out_(stdoutFile.empty() ? folder / "qscope.out" : std::filesystem::path(stdoutFile)),
      err_(folder / "qscope.err") {
    const std::string program = QS_BIN_DIR "/qscope";
    arguments.insert(arguments.begin(), program);
    std::vector<std::string> variables = environmentWith(environment);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     kFileMode);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     kFileMode);
    EXPECT_EQ(::posix_spawn(&process_, program.c_str(), &actions, nullptr, pointersTo(arguments).data(),
                            pointersTo(variables).data()),
              0);
    posix_spawn_file_actions_destroy(&actions);
}

Qscope::~Qscope() {
    if (process_ > 0 && !ended_) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, &status_, 0);
    }
}

bool Qscope::hasEnded() {
    ended_ = ended_ || ::waitpid(process_, &status_, WNOHANG) == process_;
    return ended_;
}

bool Qscope::waitForStderr(const std::string& text) {
    while (readFile(err_).value().find(text) == std::string::npos) {
        if (hasEnded()) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

void Qscope::signal(int number) const {
    ::kill(process_, number);
}

Finished Qscope::wait() {
    if (!ended_) {
        ::waitpid(process_, &status_, 0);
        ended_ = true;
    }
    Finished finished;
    finished.code = WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
    if (std::filesystem::is_regular_file(out_)) {
        finished.out = readFile(out_).value();
    }
    finished.err = readFile(err_).value();
    return finished;
}

}  // namespace qs::test
