#include "isolation/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "isolation/desk.h"
#include "isolation/sandbox.h"
#include "isolation/superior.h"
#include "isolation/temporary_folder.h"

namespace qs {

namespace {

/// A pipe from this process's standard input to the worker's, which never waits for the worker.
class InputRelay {
  public:
    static Result<InputRelay> make() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) {
            return failure(std::string("cannot make a pipe: ") + std::strerror(errno));
        }
        ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
        return InputRelay(Descriptor(ends[0]), Descriptor(ends[1]));
    }

    /// In the worker.
    void becomeInput() {
        ::dup2(read_.get(), STDIN_FILENO);
        read_.close();
        write_.close();
    }
    void closeWorkersEnd() { read_.close(); }

    pollfd source() const {
        return {ended_ || waiting_.size() > kMostWaiting ? -1 : STDIN_FILENO, POLLIN, 0};
    }
    pollfd sink() const { return {waiting_.empty() ? -1 : write_.get(), POLLOUT, 0}; }

    /// What came, which is then waiting to be passed on.
    std::string_view take() {
        std::array<char, 1 << 16> bytes;
        const ssize_t count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
        if (count == 0 || (count < 0 && errno != EINTR)) {
            ended_ = true;
        }
        const size_t before = waiting_.size();
        waiting_.append(bytes.data(), count > 0 ? static_cast<size_t>(count) : 0);
        return std::string_view(waiting_).substr(before);
    }
    void pass() {
        const ssize_t count = ::write(write_.get(), waiting_.data(), waiting_.size());
        if (count < 0 && errno != EINTR && errno != EAGAIN) {
            waiting_.clear();  // the worker has gone
        }
        waiting_.erase(0, count > 0 ? static_cast<size_t>(count) : 0);
        closeAtEnd();
    }
    void closeAtEnd() {
        if (ended_ && waiting_.empty()) {
            write_.close();
        }
    }

  private:
    static constexpr size_t kMostWaiting = size_t{1} << 22;

    InputRelay(Descriptor read, Descriptor write) : read_(std::move(read)), write_(std::move(write)) {}

    Descriptor read_, write_;
    std::string waiting_;
    bool ended_ = false;
};

/// Signals that arrive as messages instead of interrupting.
class Signals {
  public:
    Signals() {
        ::sigemptyset(&set_);
        for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCHLD}) {
            ::sigaddset(&set_, number);
        }
        ::sigprocmask(SIG_BLOCK, &set_, &before_);
        descriptor_ = Descriptor(::signalfd(-1, &set_, SFD_CLOEXEC));
        ::signal(SIGPIPE, SIG_IGN);
    }
    ~Signals() { restore(); }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    void restore() const {
        ::signal(SIGPIPE, SIG_DFL);
        ::sigprocmask(SIG_SETMASK, &before_, nullptr);
    }
    pollfd source() const { return {descriptor_.get(), POLLIN, 0}; }
    int next() const {
        signalfd_siginfo signal = {};
        return ::read(descriptor_.get(), &signal, sizeof(signal)) == sizeof(signal)
                   ? static_cast<int>(signal.ssi_signo)
                   : 0;
    }

  private:
    sigset_t set_ = {}, before_ = {};
    Descriptor descriptor_;
};

/// Passes a signal on to the worker, which is in a process group of its own.
void passOn(int signal, pid_t worker) {
    if (signal == SIGTSTP) {
        ::kill(worker, SIGSTOP);
        ::kill(::getpid(), SIGSTOP);
        ::kill(worker, SIGCONT);  // once this process goes on
    } else if (signal != SIGCHLD) {
        ::kill(worker, signal == SIGHUP ? SIGTERM : signal);
    }
}

/// Serves the worker until it ends; how it ended.
int serveWorker(pid_t worker, const Signals& signals, const Channel& channel, InputRelay* input, Desk& desk) {
    bool open = true;
    for (;;) {
        constexpr pollfd kNothing{-1, 0, 0};
        std::array<pollfd, 4> sources{signals.source(),
                                      {open ? channel.descriptor() : -1, POLLIN, 0},
                                      input ? input->source() : kNothing,
                                      input ? input->sink() : kNothing};
        if (::poll(sources.data(), sources.size(), -1) < 0) {
            continue;
        }
        if (sources[2].revents != 0) {
            desk.readInput(input->take());
            input->closeAtEnd();
        }
        if (sources[3].revents != 0) {
            input->pass();
        }
        if (sources[1].revents != 0) {
            const auto request = channel.receive();
            open = request && channel.send(desk.answer(*request));
        }
        if (sources[0].revents != 0) {
            passOn(signals.next(), worker);
        }
        if (const auto status = statusOf(worker)) {
            return *status;
        }
    }
}

[[noreturn]] void beWorker(pid_t parent, Channel channel, const std::filesystem::path& scratch,
                           InputRelay* input, const std::function<int()>& work) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
        ::_exit(1);
    }
    if (input) {
        input->becomeInput();
    } else if (const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC)); nothing) {
        ::dup2(nothing.get(), STDIN_FILENO);
    }
    if (!scratch.empty()) {
        ::setenv("TMPDIR", scratch.c_str(), 1);
    }
    Superior::set(std::move(channel));
    enterSandbox({{scratch}, {}});
    const int code = work();
    std::fflush(nullptr);
    // No destructors of libraries' globals: what is worth keeping is written.
    ::_exit(code);
}

}  // namespace

Result<int> supervise(Supervision supervision, const std::function<int()>& work) {
    TemporaryFolder::sweep();
    // Without one, what needs it will say so; reading a model does not.
    const auto folder = TemporaryFolder::make();
    const std::filesystem::path scratch = folder ? (*folder)->path() : std::filesystem::path();
    QS_ASSIGN(auto channels, Channel::pair());
    std::optional<InputRelay> input;
    if (supervision.outputsInInput) {
        QS_ASSIGN(input, InputRelay::make());
    }
    const Signals signals;
    const pid_t parent = ::getpid();
    std::fflush(nullptr);
    const pid_t worker = ::fork();
    if (worker < 0) {
        return failure(std::string("cannot start a process: ") + std::strerror(errno));
    }
    if (worker == 0) {
        signals.restore();
        beWorker(parent, std::move(channels.second), scratch, input ? &*input : nullptr, work);
    }
    channels.second = Channel(Descriptor());
    if (input) {
        input->closeWorkersEnd();
    }
    Desk desk(std::move(supervision), scratch);
    return serveWorker(worker, signals, channels.first, input ? &*input : nullptr, desk);
}

}  // namespace qs
