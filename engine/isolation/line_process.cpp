#include "isolation/line_process.h"

#include <fcntl.h>
#include <poll.h>
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

/// How it ended; nothing where it still runs after `limit`.
std::optional<int> waitFor(ProgramProcess& process, std::chrono::milliseconds limit) {
    const auto until = Clock::now() + limit;
    for (;;) {
        if (const auto status = process.status(); status || Clock::now() > until) {
            return status;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

}  // namespace

Result<std::unique_ptr<LineProcess>> LineProcess::start(const Program& program, const std::string& argument,
                                                        std::filesystem::path log) {
    Descriptor errors(::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kLogMode));
    if (!errors) {
        return failure("cannot write " + log.string() + ": " + ::strerror(errno));
    }
    QS_ASSIGN(StartedProgram started, startProgram(program, argument, std::move(errors)));
    return std::unique_ptr<LineProcess>(
        new LineProcess(program.words.at(0), std::move(log), std::move(started)));
}

LineProcess::~LineProcess() {
    started_.channel.close();
    if (!waitFor(*started_.process, kFarewell)) {
        started_.process->kill();
    }
}

Status LineProcess::send(const std::string& line) {
    const std::string bytes = line + '\n';
    for (size_t sent = 0; sent < bytes.size();) {
        const ssize_t count =
            ::send(started_.channel.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
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
        pollfd readable{started_.channel.get(), POLLIN, 0};
        if (left <= 0 || ::poll(&readable, 1, static_cast<int>(left)) == 0) {
            return failure(name_ + " did not answer within " + std::to_string(limit.count()) + " ms");
        }
        char bytes[4096];
        const ssize_t count = ::recv(started_.channel.get(), bytes, sizeof(bytes), MSG_DONTWAIT);
        if (count > 0) {
            received_.append(bytes, static_cast<size_t>(count));
        } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
            return ended();
        }
    }
}

Error LineProcess::ended() {
    const auto status = waitFor(*started_.process, kFarewell);
    if (!status) {
        return failure(name_ + " does not answer any more");
    }
    const std::string line = lastLine(log_);
    return failure(name_ + " " + howItEnded(*status) + (line.empty() ? "" : ": " + line));
}

}  // namespace qs
