#pragma once

#include <cstdint>
#include <string>

namespace qs::test {

/// The JSON document `text` with one to three of its parts mutated by their type, as `seed` decides: numbers
/// to extremes, texts long, with control characters or not UTF-8, values of another type, arrays huge or
/// empty, 300,000 levels deep, keys missing, unknown or twice. Not always JSON any more.
std::string mutateJson(const std::string& text, uint64_t seed);

}  // namespace qs::test
