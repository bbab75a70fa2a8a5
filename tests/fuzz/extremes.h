#pragma once

#include <cstdint>
#include <string>

#include "fuzz/random.h"

namespace qs::test {

/// Values at which checks are forgotten.
int64_t extremeInteger(Random& random);
/// NaN, infinities, denormal numbers, and the largest.
double extremeNumber(Random& random);
/// UTF-8: empty, long, with control characters, or like what a format or a path would take for its own.
std::string extremeText(Random& random);
/// Any bytes: cut UTF-8 sequences, surrogates, zeros, noise.
std::string extremeBytes(Random& random);
/// A number as no program writes it: "1e999", "-0", "007", 400 digits.
std::string extremeLiteral(Random& random);

}  // namespace qs::test
