#include "bench/allocations.h"

#include <dlfcn.h>
#include <dnnl.h>
#include <execinfo.h>

#include <atomic>
#include <cerrno>
#include <cstddef>

// glibc's own allocator under the names that it keeps for programs which replace malloc, as this one does:
// the dynamic linker hands the functions below to every library.
extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier)
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
// NOLINTEND(bugprone-reserved-identifier)
}

namespace {

constexpr int kFrames = 24;

std::atomic<bool> watching{false};
std::atomic<int64_t> total{0};
std::atomic<int64_t> oneDnns{0};
const void* oneDnn = nullptr;          ///< where its library begins
thread_local bool isCounting = false;  ///< what counting itself allocates does not count

const void* libraryOf(const void* address) {
    Dl_info info{};
    return ::dladdr(address, &info) != 0 ? info.dli_fbase : nullptr;
}

void count() {
    if (!watching.load(std::memory_order_relaxed) || isCounting) {
        return;
    }
    isCounting = true;
    ++total;
    void* frames[kFrames];
    const int depth = ::backtrace(frames, kFrames);
    for (int i = 0; i < depth; ++i) {
        if (libraryOf(frames[i]) == oneDnn) {
            ++oneDnns;
            break;
        }
    }
    isCounting = false;
}

void* aligned(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

}  // namespace

extern "C" {

void* malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void* calloc(size_t items, size_t size) {
    count();
    return __libc_calloc(items, size);
}

void* realloc(void* memory, size_t size) {
    count();
    return __libc_realloc(memory, size);
}

void* memalign(size_t alignment, size_t size) {
    return aligned(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
    return aligned(alignment, size);
}

int posix_memalign(void** memory, size_t alignment, size_t size) {
    *memory = aligned(alignment, size);
    return *memory ? 0 : ENOMEM;
}
}

namespace qs::bench {

AllocationCount::AllocationCount() {
    oneDnn = libraryOf(reinterpret_cast<const void*>(dnnl_version()));
    total = 0;
    oneDnns = 0;
    watching = true;
}

AllocationCount::~AllocationCount() {
    watching = false;
}

int64_t AllocationCount::all() const {
    return total;
}

int64_t AllocationCount::inOneDnn() const {
    return oneDnns;
}

}  // namespace qs::bench
