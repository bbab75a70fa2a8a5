#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace qs::test {

/// Random numbers that are the same for the same seed on every machine: no distribution of the standard
/// library, whose numbers differ between implementations.
class Random {
  public:
    explicit Random(uint64_t seed) : engine_(seed) {}

    uint64_t next() { return engine_(); }
    /// In [0, limit); 0 where the limit is 0.
    size_t below(size_t limit) { return limit == 0 ? 0 : static_cast<size_t>(engine_() % limit); }
    bool oneIn(size_t chances) { return below(chances) == 0; }
    /// An element of what has a size and an index; not empty.
    template <typename Sequence>
    auto pick(const Sequence& sequence) {
        return sequence[below(std::size(sequence))];
    }

  private:
    std::mt19937_64 engine_;
};

}  // namespace qs::test
