#include "fuzz/mutation.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "fuzz/random.h"

namespace qs::test {

namespace {

void flipBits(std::string& bytes, Random& random) {
    for (size_t count = 1 + random.below(8); count > 0; --count) {
        bytes[random.below(bytes.size())] ^= static_cast<char>(1 << random.below(8));
    }
}

void overwriteWithNoise(std::string& bytes, Random& random) {
    const size_t begin = random.below(bytes.size());
    const size_t end = std::min(bytes.size(), begin + 1 + random.below(64));
    for (size_t i = begin; i < end; ++i) {
        bytes[i] = static_cast<char>(random.next());
    }
}

void overwriteWithExtreme(std::string& bytes, Random& random) {
    constexpr std::array<uint64_t, 6> kExtremes{0,          ~uint64_t(0),       0x7fffffff,
                                                0x80000000, 0x7fffffffffffffff, uint64_t(1) << 40};
    const uint64_t extreme = random.pick(kExtremes);
    const size_t width = size_t(1) << random.below(4);
    const size_t begin = random.below(bytes.size());
    std::memcpy(bytes.data() + begin, &extreme, std::min(width, bytes.size() - begin));
}

void spliceChunk(std::string& bytes, Random& random, bool keep, bool insert) {
    const size_t begin = random.below(bytes.size());
    const std::string chunk = bytes.substr(begin, 1 + random.below(1 + bytes.size() / 4));
    if (!keep) {
        bytes.erase(begin, chunk.size());
    }
    if (insert) {
        bytes.insert(random.below(bytes.size() + 1), chunk);
    }
}

}  // namespace

std::string mutate(const std::string& bytes, uint64_t seed) {
    Random random(seed);
    std::string damaged = bytes;
    if (bytes.empty()) {
        return damaged;
    }
    switch (random.below(7)) {
        case 0:
            damaged.resize(random.below(bytes.size()));
            break;
        case 1:
            overwriteWithNoise(damaged, random);
            break;
        case 2:
            overwriteWithExtreme(damaged, random);
            break;
        case 3:
            spliceChunk(damaged, random, true, true);
            break;
        case 4:
            spliceChunk(damaged, random, false, false);
            break;
        case 5:
            spliceChunk(damaged, random, false, true);
            break;
        default:
            flipBits(damaged, random);
            break;
    }
    return damaged;
}

}  // namespace qs::test
