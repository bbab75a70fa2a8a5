#pragma once

#include <string>

namespace qs::test {

/// What is wrong with a refusal that a person reads, or nothing: it is one line of at most 1,000 bytes,
/// UTF-8 without control characters, and holds no words of the libraries' insides.
std::string complaintAbout(const std::string& message);

}  // namespace qs::test
