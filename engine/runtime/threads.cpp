#include "runtime/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <omp.h>

#include <atomic>

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

}  // namespace qs
