#include "runtime/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <omp.h>

#include "runtime/executor.h"

namespace qs {
namespace {

TEST(Threads, AreThoseOfEveryLibraryThatHasAPool) {
    const int before = omp_get_max_threads();
    const auto blasThreads = reinterpret_cast<int (*)()>(::dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
    for (const int threads : {2, 1}) {
        EXPECT_EQ(setThreads(threads), threads);
        EXPECT_EQ(omp_get_max_threads(), threads);
        EXPECT_EQ(at::get_num_threads(), threads);
    }
    if (blasThreads) {
        EXPECT_EQ(blasThreads(), 1);
    }
    setThreads(before);
}

}  // namespace
}  // namespace qs
