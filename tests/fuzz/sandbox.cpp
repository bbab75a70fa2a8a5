#include "fuzz/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>

#include "isolation/sandbox.h"

namespace qs::test {

namespace {

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
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

/// Fields of /proc/self/statm, in pages.
struct MemoryInUse {
    size_t addressSpace = 0, resident = 0, shared = 0, text = 0, libraries = 0, data = 0;
};

MemoryInUse memoryInUse() {
    MemoryInUse pages;
    std::ifstream("/proc/self/statm") >> pages.addressSpace >> pages.resident >> pages.shared >> pages.text >>
        pages.libraries >> pages.data;
    return pages;
}

void limit(int resource, rlim_t most) {
    const rlimit both{most, most};
    ::setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

/// The sanitizer reserves terabytes of address space: there, data is limited, which is what it can write to.
void limitMemory(size_t bytes) {
    const MemoryInUse pages = memoryInUse();
    const auto pageBytes = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    if (kSanitized) {
        limit(RLIMIT_DATA, pages.data * pageBytes + 4 * bytes);
    } else {
        limit(RLIMIT_AS, pages.addressSpace * pageBytes + bytes);
    }
}

void dropOutput() {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::close(nowhere);
}

/// Takes from the child what no case needs, and lets it end with its parent.
void confine(const SandboxLimits& limits) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    limit(RLIMIT_CORE, 0);
    limitMemory(limits.bytes);
    if (limits.quiet && !kSanitized) {
        dropOutput();
    }
    if (!limits.folder.empty()) {
        ::setenv("TMPDIR", limits.folder.c_str(), 1);
        enterSandbox({.writable = {limits.folder}, .executable = {}});
    }
}

std::string attempt(uint64_t number, const std::function<std::string(uint64_t)>& body) {
    try {
        return body(number);
    } catch (const std::exception& error) {
        return std::string("threw ") + error.what();
    }
}

[[noreturn]] void runChild(uint64_t begin, uint64_t end, const SandboxLimits& limits,
                           const std::function<std::string(uint64_t)>& body, Report& report) {
    confine(limits);
    for (uint64_t number = begin; number < end; ++number) {
        report.number = number;
        ::alarm(limits.seconds);
        const std::string problem = attempt(number, body);
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

/// Runs [begin, end) in one child; how the first case that did not end well ended.
std::optional<SandboxFailure> runOnce(uint64_t begin, uint64_t end, const SandboxLimits& limits,
                                      const std::function<std::string(uint64_t)>& body) {
    const SharedReport report = shareReport();
    report->number = begin;
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
        return std::nullopt;
    }
    return SandboxFailure{report->number, describe(status, *report, limits),
                          WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM};
}

}  // namespace

std::vector<SandboxFailure> runInSandbox(uint64_t begin, uint64_t end, const SandboxLimits& limits,
                                         const std::function<std::string(uint64_t)>& body) {
    std::vector<SandboxFailure> failures;
    while (begin < end && failures.size() < limits.mostFailures) {
        const uint64_t last = std::min(end, begin + limits.casesOfAChild);
        const auto failure = runOnce(begin, last, limits, body);
        if (!failure) {
            begin = last;
            continue;
        }
        if (auto again = runOnce(failure->number, failure->number + 1, limits, body)) {
            failures.push_back(*std::move(again));
        } else if (!failure->late) {
            failures.push_back(*failure);
            failures.back().what += " (but not without those from " + std::to_string(begin) + " on)";
        }
        begin = failure->number + 1;
    }
    return failures;
}

}  // namespace qs::test
