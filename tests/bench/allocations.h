#pragma once

#include <cstdint>

namespace qs::bench {

/// How often the process asks for memory while the object lives: every malloc, calloc, realloc and aligned
/// allocation of every library, operator new among them. One at a time.
class AllocationCount {
  public:
    AllocationCount();
    ~AllocationCount();
    AllocationCount(const AllocationCount&) = delete;
    AllocationCount& operator=(const AllocationCount&) = delete;

    int64_t all() const;
    /// Those of them that oneDNN makes, in its argument maps for instance: a caller cannot avoid them.
    int64_t inOneDnn() const;
};

}  // namespace qs::bench
