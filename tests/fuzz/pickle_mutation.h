#pragma once

#include <cstdint>
#include <string>

namespace qs::test {

/// A pickle of protocol 2 with some of its opcodes changed in a way that `seed` decides: numbers and memo
/// indices made extreme, names exchanged for others that LibTorch knows, opcodes doubled, removed, moved or
/// wrapped. Most results are still well-formed, so that damage reaches what makes tensors and objects.
std::string mutatePickle(const std::string& pickle, uint64_t seed);

/// An archive whose container is sound, with one of its pickles mutated.
std::string mutatePickleInside(const std::string& archive, uint64_t seed);

}  // namespace qs::test
