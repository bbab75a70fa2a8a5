#pragma once

#include <cstdint>
#include <string>

namespace qs::test {

/// `bytes` damaged in a way that `seed` decides, the same on every machine: truncated, bits flipped, bytes
/// overwritten with noise or with extreme numbers, a chunk doubled, removed or moved.
std::string mutate(const std::string& bytes, uint64_t seed);

}  // namespace qs::test
