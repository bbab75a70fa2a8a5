// In a program that has this file linked in, threads that wait for each other sleep after a few microseconds,
// where the environment does not say otherwise (OMP_WAIT_POLICY, GOMP_SPINCOUNT; OPENBLAS_THREAD_TIMEOUT). By
// default they spin for milliseconds, and on a machine that is busy with other work they then take the cores
// from the very threads that they wait for. ResNet-18 in FP32 on two threads beside a compiler: median 192 ms
// spinning, 21 ms sleeping; undisturbed 8.4 ms either way (`GOMP_SPINCOUNT=... qscope bench`). OpenBLAS spins
// on for 26 ms behind each product, in the time of whatever runs next.
//
// Both libraries read these variables once, with getenv() and before main(). So the program has a getenv() of
// its own, which the loader gives to every library: setting the variables in main() would mean to start the
// program anew, and starting it, which is mostly loading LibTorch, takes half a second.

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

#define QS_BEFORE_SANITIZERS __attribute__((no_sanitize("address", "thread", "undefined")))

QS_BEFORE_SANITIZERS char* inEnvironment(std::string_view name) {
    for (char** variable = environ; variable && *variable; ++variable) {
        if (std::strncmp(*variable, name.data(), name.size()) == 0 && (*variable)[name.size()] == '=') {
            return *variable + name.size() + 1;
        }
    }
    return nullptr;
}

char openMpSpins[] = "3000";
char blasSpins[] = "10";  // 2^10 cycles

}  // namespace

extern "C" QS_BEFORE_SANITIZERS char* getenv(const char* name) noexcept {
    const std::string_view wanted = name;
    if (char* value = inEnvironment(wanted)) {
        return value;
    }
    if (wanted == "GOMP_SPINCOUNT" && !inEnvironment("OMP_WAIT_POLICY")) {
        return openMpSpins;
    }
    return wanted == "OPENBLAS_THREAD_TIMEOUT" ? blasSpins : nullptr;
}
