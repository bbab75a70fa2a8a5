#pragma once

#include <cstdint>
#include <string>

namespace qs::test {

/// TorchScript source (a member below "code/" of an archive) with one to three of its tokens or lines
/// mutated, as `seed` decides: numbers to extremes, names swapped or taken from operators that no network
/// should have, statements doubled, removed, moved or added, expressions nested deep.
std::string mutateSource(const std::string& source, uint64_t seed);

/// `text` with one to three of its numbers replaced by extremes: for headers and lists.
std::string mutateNumbers(const std::string& text, uint64_t seed);

}  // namespace qs::test
