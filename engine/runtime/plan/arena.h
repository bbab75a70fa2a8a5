#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace qs::runtime {

/// A piece of memory that is needed from step `first` to step `last`, both included.
struct Lifetime {
    size_t bytes = 0;
    int first = 0;
    int last = 0;
};

/// Where each piece lies in one block of `bytes` bytes. Pieces that are needed at the same step never
/// overlap; offsets are multiples of 64.
struct ArenaLayout {
    std::vector<size_t> offsets;
    size_t bytes = 0;
};

/// Greedy by size: the largest piece first, each at the lowest gap that is free throughout its life.
ArenaLayout layOutArena(std::span<const Lifetime> pieces);

/// Bytes of the pieces that are needed at one time, at most: no layout takes less.
size_t largestLiveSet(std::span<const Lifetime> pieces);

}  // namespace qs::runtime
