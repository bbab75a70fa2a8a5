#include "fuzz/sandbox.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace qs::test {

namespace {

constexpr size_t kMostFailures = 5;
constexpr int kUnwell = 3;

/// What a child tells its parent, in memory that both see.
struct Report {
    uint64_t number;
    char what[1000];
};

struct Unmap {
    void operator()(Report* report) const { ::munmap(report, sizeof(Report)); }
};
using SharedReport = std::unique_ptr<Report, Unmap>;

SharedReport shareReport() {
    void* memory = ::mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        throw std::runtime_error("no shared memory");
    }
    return SharedReport(static_cast<Report*>(memory));
}

#if defined(__SANITIZE_ADDRESS__)
// The sanitizer reserves terabytes of address space.
void limitMemory(size_t) {}
#else
void limitMemory(size_t bytes) {
    size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t most = pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE)) + bytes;
    const rlimit limit{most, most};
    ::setrlimit(RLIMIT_AS, &limit);
}
#endif

[[noreturn]] void runChild(uint64_t begin, uint64_t end, const SandboxLimits& limits,
                           const std::function<std::string(uint64_t)>& body, Report& report) {
    const rlimit noCore{0, 0};
    ::setrlimit(RLIMIT_CORE, &noCore);
    limitMemory(limits.bytes);
    for (uint64_t number = begin; number < end; ++number) {
        report.number = number;
        ::alarm(limits.seconds);
        const std::string problem = body(number);
        ::alarm(0);
        if (!problem.empty()) {
            std::strncpy(report.what, problem.c_str(), sizeof report.what - 1);
            ::_exit(kUnwell);
        }
    }
    ::_exit(0);
}

std::string describe(int status, const Report& report, const SandboxLimits& limits) {
    if (WIFSIGNALED(status)) {
        return WTERMSIG(status) == SIGALRM ? "took longer than " + std::to_string(limits.seconds) + " s"
                                           : "killed by signal " + std::to_string(WTERMSIG(status));
    }
    return WEXITSTATUS(status) == kUnwell ? report.what
                                          : "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

std::vector<SandboxFailure> runInSandbox(uint64_t begin, uint64_t end, const SandboxLimits& limits,
                                         const std::function<std::string(uint64_t)>& body) {
    std::vector<SandboxFailure> failures;
    const SharedReport report = shareReport();
    while (begin < end && failures.size() < kMostFailures) {
        *report = {};
        const pid_t child = ::fork();
        if (child < 0) {
            throw std::runtime_error("cannot fork");
        }
        if (child == 0) {
            runChild(begin, end, limits, body, *report);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
            break;
        }
        failures.push_back({report->number, describe(status, *report, limits)});
        begin = report->number + 1;
    }
    return failures;
}

}  // namespace qs::test
