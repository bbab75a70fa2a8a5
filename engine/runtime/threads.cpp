#include "runtime/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <omp.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "runtime/cpu.h"
#include "runtime/executor.h"

namespace qs {

namespace {
std::atomic<int> chosen{0};  // 0: setThreads() was never called

/// OpenBLAS, which multiplies LibTorch's matrices, has threads of its own that LibTorch does not set. Another
/// BLAS does not know this function.
void setBlasThreads(int count) {
    using SetThreads = void (*)(int);
    static const auto set = reinterpret_cast<SetThreads>(::dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (set) {
        set(count);
    }
}

/// Whether the variable is new.
bool setDefault(const char* name, const char* value) {
    return !std::getenv(name) && ::setenv(name, value, 1) == 0;
}

}  // namespace

int setThreads(int threads) {
    const int count = threads > 0 ? threads : cpuInfo().cores;
    chosen = count;
    at::set_num_threads(count);
    omp_set_num_threads(count);
    setBlasThreads(count);
    return count;
}

void adoptThreads() {
    if (const int count = chosen; count > 0 && omp_get_max_threads() != count) {
        omp_set_num_threads(count);
    }
}

void limitSpinning(char** argv) {
    const bool openMp = !std::getenv("OMP_WAIT_POLICY") && setDefault("GOMP_SPINCOUNT", "3000");
    const bool blas = setDefault("OPENBLAS_THREAD_TIMEOUT", "10");  // 2^10 cycles
    if (openMp || blas) {
        ::execv("/proc/self/exe", argv);  // returns only where it failed; then threads spin as before
    }
}

}  // namespace qs
