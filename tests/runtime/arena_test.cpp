#include "runtime/plan/arena.h"

#include <gtest/gtest.h>

#include <random>

namespace qs::runtime {

namespace {

TEST(Arena, ReusesMemoryOfWhatIsNoLongerNeeded) {
    const std::vector<Lifetime> pieces{{1000, 0, 1}, {1000, 1, 2}, {1000, 2, 3}};
    const ArenaLayout layout = layOutArena(pieces);
    EXPECT_EQ(layout.bytes, 2048U);
    EXPECT_EQ(layout.offsets[0], layout.offsets[2]);
    EXPECT_NE(layout.offsets[0], layout.offsets[1]);
}

TEST(Arena, NothingOverlapsInMemoryAndTime) {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE(seed);
        std::mt19937 random(seed);
        std::vector<Lifetime> pieces(40);
        size_t sum = 0;
        for (Lifetime& piece : pieces) {
            const int first = static_cast<int>(random() % 30);
            piece = {random() % 5000 + 1, first, first + static_cast<int>(random() % 6)};
            sum += piece.bytes + 64;
        }
        const ArenaLayout layout = layOutArena(pieces);
        EXPECT_LT(layout.bytes, sum);
        for (size_t a = 0; a < pieces.size(); ++a) {
            EXPECT_EQ(layout.offsets[a] % 64, 0U);
            EXPECT_LE(layout.offsets[a] + pieces[a].bytes, layout.bytes);
            for (size_t b = 0; b < a; ++b) {
                const bool inTime = pieces[a].first <= pieces[b].last && pieces[b].first <= pieces[a].last;
                const bool inMemory = layout.offsets[a] < layout.offsets[b] + pieces[b].bytes &&
                                      layout.offsets[b] < layout.offsets[a] + pieces[a].bytes;
                EXPECT_FALSE(inTime && inMemory) << a << " and " << b;
            }
        }
    }
}

TEST(Arena, KnowsTheLargestLiveSet) {
    EXPECT_EQ(largestLiveSet({}), 0U);
    EXPECT_EQ(largestLiveSet(std::vector<Lifetime>{{10, 0, 1}, {20, 1, 2}, {40, 2, 3}, {5, 5, 9}}), 60U);
}

TEST(Arena, OfNothingIsEmpty) {
    EXPECT_EQ(layOutArena({}).bytes, 0U);
}

}  // namespace

}  // namespace qs::runtime
