#include "isolation/program.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "isolation/sandbox.h"
#include "isolation/superior.h"

namespace qs {

namespace fs = std::filesystem;

namespace {

/// The loader of shared libraries, by the name that this program's own file gives.
fs::path loader() {
    fs::path found;
    ::dl_iterate_phdr(
        [](dl_phdr_info* object, size_t, void* result) {
            for (int i = 0; i < object->dlpi_phnum; ++i) {
                if (object->dlpi_phdr[i].p_type == PT_INTERP) {
                    *static_cast<fs::path*>(result) =
                        reinterpret_cast<const char*>(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
                }
            }
            return 1;  // the program itself comes first
        },
        &found);
    return found;
}

bool isBinary(const fs::path& file) {
    std::array<char, SELFMAG> magic{};
    std::ifstream(file, std::ios::binary).read(magic.data(), magic.size());
    return std::memcmp(magic.data(), ELFMAG, SELFMAG) == 0;
}

/// What must be executable for `file` to run: a script needs its interpreter, wherever that is.
std::vector<fs::path> executablesFor(const fs::path& file) {
    return isBinary(file) ? std::vector<fs::path>{file, loader()} : std::vector<fs::path>{"/"};
}

std::vector<std::string> environmentFor(const Program& program) {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable; ++variable) {
        const std::string text = *variable;
        if (!program.environment.contains(text.substr(0, text.find('=')))) {
            variables.push_back(text);
        }
    }
    for (const auto& [name, value] : program.environment) {
        if (!value.empty()) {
            variables.push_back(std::string(name).append("=").append(value));
        }
    }
    return variables;
}

std::vector<char*> pointersTo(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// In the child: becomes the program, or ends.
[[noreturn]] void become(const fs::path& file, char** words, char** variables, int channel, int log,
                         const std::optional<fs::path>& writable) {
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(channel, STDIN_FILENO);
    ::dup2(channel, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    // What this process has open (a client's pipe) must not stay open as long as the program runs.
    ::close_range(STDERR_FILENO + 1, ~0U, 0);
    if (writable) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        enterSandbox({{*writable}, executablesFor(file)});
    }
    ::execve(file.c_str(), words, variables);
    ::_exit(127);
}

class OwnProcess : public ProgramProcess {
  public:
    explicit OwnProcess(pid_t id) : id_(id) {}
    ~OwnProcess() override { kill(); }
    std::optional<int> status() override {
        if (!status_) {
            status_ = statusOf(id_);
        }
        return status_;
    }
    void kill() override {
        if (!status()) {
            ::kill(id_, SIGKILL);
            int status = 0;
            ::waitpid(id_, &status, 0);
            status_ = status;
        }
    }

  private:
    pid_t id_;
    std::optional<int> status_;
};

/// A child of the process that this one works for.
class DistantProcess : public ProgramProcess {
  public:
    DistantProcess(Superior& superior, int64_t number) : superior_(superior), number_(number) {}
    ~DistantProcess() override { kill(); }
    std::optional<int> status() override {
        if (!status_) {
            const auto answer = superior_.ask({{{"do", "status"}, {"process", number_}}, {}});
            if (answer && answer->body.contains("status")) {
                status_ = answer->body["status"].get<int>();
            }
        }
        return status_;
    }
    void kill() override { (void)superior_.ask({{{"do", "kill"}, {"process", number_}}, {}}); }

  private:
    Superior& superior_;
    int64_t number_;
    std::optional<int> status_;
};

}  // namespace

fs::path findProgram(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const fs::path file = fs::path(folder) / name;
        if (file.is_absolute() && ::access(file.c_str(), X_OK) == 0) {
            std::error_code error;
            fs::path real = fs::canonical(file, error);
            return error ? file : real;
        }
    }
    return {};
}

std::optional<int> statusOf(pid_t child) {
    int status = 0;
    return ::waitpid(child, &status, WNOHANG) == child ? std::optional(status) : std::nullopt;
}

Result<ChildProcess> startChild(const Program& program, const std::string& argument, const Descriptor& log,
                                const std::optional<fs::path>& writable) {
    const fs::path file = findProgram(program.words.at(0));
    if (file.empty()) {
        return failure("cannot start " + program.words[0] + ": " + std::strerror(ENOENT));
    }
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return failure("cannot start " + program.words[0] + ": " + std::strerror(errno));
    }
    Descriptor ours(ends[0]);
    const Descriptor theirs(ends[1]);
    std::vector<std::string> words = program.words;
    words.push_back(argument);
    std::vector<std::string> variables = environmentFor(program);
    std::vector<char*> wordPointers = pointersTo(words), variablePointers = pointersTo(variables);
    const pid_t child = ::fork();
    if (child == 0) {
        become(file, wordPointers.data(), variablePointers.data(), theirs.get(), log.get(), writable);
    }
    if (child < 0) {
        return failure("cannot start " + program.words[0] + ": " + std::strerror(errno));
    }
    return ChildProcess{child, std::move(ours)};
}

Result<StartedProgram> startProgram(const Program& program, const std::string& argument, Descriptor log) {
    if (Superior* superior = Superior::get()) {
        QS_ASSIGN(ChannelMessage answer,
                  superior->ask({{{"do", "start"}, {"program", program.name}, {"argument", textOf(argument)}},
                                 std::move(log)}));
        return StartedProgram{std::make_unique<DistantProcess>(*superior, answer.body.value("process", -1)),
                              std::move(answer.descriptor)};
    }
    QS_ASSIGN(ChildProcess child, startChild(program, argument, log, std::nullopt));
    return StartedProgram{std::make_unique<OwnProcess>(child.id), std::move(child.channel)};
}

}  // namespace qs
