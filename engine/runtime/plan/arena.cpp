#include "runtime/plan/arena.h"

#include <algorithm>
#include <numeric>

namespace qs::runtime {

namespace {

constexpr size_t kAlignment = 64;  // a cache line and an AVX-512 register

size_t alignUp(size_t bytes) {
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

bool overlapInTime(const Lifetime& a, const Lifetime& b) {
    return a.first <= b.last && b.first <= a.last;
}

}  // namespace

ArenaLayout layOutArena(std::span<const Lifetime> pieces) {
    std::vector<size_t> order(pieces.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::stable_sort(order, [&](size_t a, size_t b) { return pieces[a].bytes > pieces[b].bytes; });

    ArenaLayout layout{std::vector<size_t>(pieces.size()), 0};
    std::vector<size_t> placed;  // in order of offset
    for (const size_t piece : order) {
        const size_t bytes = alignUp(pieces[piece].bytes);
        size_t offset = 0;
        for (const size_t other : placed) {
            if (!overlapInTime(pieces[piece], pieces[other])) {
                continue;
            }
            if (offset + bytes <= layout.offsets[other]) {
                break;
            }
            offset = std::max(offset, layout.offsets[other] + alignUp(pieces[other].bytes));
        }
        layout.offsets[piece] = offset;
        layout.bytes = std::max(layout.bytes, offset + bytes);
        const auto later =
            std::ranges::upper_bound(placed, offset, {}, [&](size_t p) { return layout.offsets[p]; });
        placed.insert(later, piece);
    }
    return layout;
}

size_t largestLiveSet(std::span<const Lifetime> pieces) {
    size_t largest = 0;
    for (const Lifetime& at : pieces) {  // it is reached where some piece begins
        size_t live = 0;
        for (const Lifetime& piece : pieces) {
            live += piece.first <= at.first && at.first <= piece.last ? piece.bytes : 0;
        }
        largest = std::max(largest, live);
    }
    return largest;
}

}  // namespace qs::runtime
