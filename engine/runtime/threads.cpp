#include "runtime/threads.h"

#include <ATen/Parallel.h>
#include <omp.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "runtime/cpu.h"
#include "runtime/executor.h"

namespace qs {

namespace {
std::atomic<int> chosen{0};  // 0: setThreads() was never called
}

int setThreads(int threads) {
    const int count = threads > 0 ? threads : cpuInfo().cores;
    chosen = count;
    at::set_num_threads(count);
    omp_set_num_threads(count);
    return count;
}

void adoptThreads() {
    if (const int count = chosen; count > 0 && omp_get_max_threads() != count) {
        omp_set_num_threads(count);
    }
}

void limitSpinning(char** argv) {
    if (!std::getenv("OMP_WAIT_POLICY") && !std::getenv("GOMP_SPINCOUNT") &&
        ::setenv("GOMP_SPINCOUNT", "3000", 1) == 0) {
        ::execv("/proc/self/exe", argv);  // returns only where it failed; then threads spin as before
    }
}

}  // namespace qs
