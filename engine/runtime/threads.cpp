#include "runtime/threads.h"

#include <ATen/Parallel.h>
#include <omp.h>

#include <algorithm>
#include <atomic>

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

}  // namespace qs
