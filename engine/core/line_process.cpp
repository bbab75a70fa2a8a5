#include "core/line_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <thread>

#include "core/files.h"

namespace qs {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLogMode = 0600;
constexpr std::chrono::milliseconds kFarewell{500};  ///< for a child to end by itself

std::string lastLine(const std::filesystem::path& file) {
    const auto text = readFile(file);
    if (!text) {
        return {};
    }
    const size_t end = text->find_last_not_of("\n\r ");
    if (end == std::string::npos) {
        return {};
    }
    const size_t begin = text->rfind('\n', end);
    return text->substr(begin == std::string::npos ? 0 : begin + 1, end - (begin + 1) + 1);
}

std::string howItEnded(int status) {
    if (WIFSIGNALED(status)) {
        return std::string("was ended by the signal ") + ::strsignal(WTERMSIG(status));
    }
    return "ended with exit code " + std::to_string(WEXITSTATUS(status));
}

/// This process's environment, ended by a null pointer.
std::vector<char*> environmentWithout(const std::vector<std::string>& names) {
    std::vector<char*> kept;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::string_view name = text.substr(0, text.find('='));
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            kept.push_back(*entry);
        }
    }
    kept.push_back(nullptr);
    return kept;
}

bool reap(pid_t process, std::chrono::milliseconds limit, int& status) {
    const auto until = Clock::now() + limit;
    while (::waitpid(process, &status, WNOHANG) == 0) {
        if (Clock::now() > until) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

}  // namespace

Result<std::unique_ptr<LineProcess>> LineProcess::start(std::vector<std::string> words,
                                                        std::filesystem::path log,
                                                        const std::vector<std::string>& unset) {
    int channel[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0) {
        return failure(std::string("cannot start ") + words.at(0) + ": " + ::strerror(errno));
    }
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    std::vector<char*> environment = environmentWithout(unset);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, channel[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, channel[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     kLogMode);
    // What this process has open (a client's pipe) must not stay open as long as the child lives.
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    pid_t process = -1;
    const int error = ::posix_spawnp(&process, words.at(0).c_str(), &actions, nullptr, arguments.data(),
                                     environment.data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(channel[1]);
    if (error != 0) {
        ::close(channel[0]);
        return failure("cannot start " + words.at(0) + ": " + ::strerror(error));
    }
    return std::unique_ptr<LineProcess>(new LineProcess(words.at(0), std::move(log), process, channel[0]));
}

LineProcess::~LineProcess() {
    ::close(channel_);
    int status = 0;
    if (process_ > 0 && !reap(process_, kFarewell, status)) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, &status, 0);
    }
}

Status LineProcess::send(const std::string& line) {
    const std::string bytes = line + '\n';
    for (size_t sent = 0; sent < bytes.size();) {
        const ssize_t count = ::send(channel_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR) {
            return ended();
        }
        sent += count > 0 ? static_cast<size_t>(count) : 0;
    }
    return {};
}

Result<std::string> LineProcess::receive(std::chrono::milliseconds limit) {
    const auto until = Clock::now() + limit;
    for (;;) {
        if (const size_t end = received_.find('\n'); end != std::string::npos) {
            std::string line = received_.substr(0, end);
            received_.erase(0, end + 1);
            return line;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        pollfd readable{channel_, POLLIN, 0};
        if (left <= 0 || ::poll(&readable, 1, static_cast<int>(left)) == 0) {
            return failure(name_ + " did not answer within " + std::to_string(limit.count()) + " ms");
        }
        char bytes[4096];
        const ssize_t count = ::recv(channel_, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (count > 0) {
            received_.append(bytes, static_cast<size_t>(count));
        } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
            return ended();
        }
    }
}

Error LineProcess::ended() {
    int status = 0;
    if (process_ <= 0 || !reap(process_, kFarewell, status)) {
        return failure(name_ + " does not answer any more");
    }
    process_ = -1;
    const std::string line = lastLine(log_);
    return failure(name_ + " " + howItEnded(status) + (line.empty() ? "" : ": " + line));
}

}  // namespace qs
