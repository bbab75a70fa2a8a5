#pragma once

#include <string>
#include <string_view>

namespace qs {

/// Text from a file as a terminal can show it without obeying it, on one line: control characters, line ends,
/// characters that turn the direction of writing or have no width, and bytes that are no UTF-8 become `\n`,
/// `\x1b`, `\u202e`.
std::string printable(std::string_view text);

/// The same for text of several lines, whose '\n' stay.
std::string printableLines(std::string_view text);

}  // namespace qs
