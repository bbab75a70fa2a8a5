#pragma once

#include <string>

namespace qs::test {

/// Why a message is not one clear line for a person, or nothing: it is empty, broken into lines, too long, or
/// quotes what only those understand who wrote a library.
inline std::string whyNotPlain(const std::string& message) {
    if (message.empty() || message.find('\n') != std::string::npos || message.size() > 1000) {
        return "not one clear line: " + message;
    }
    for (const char* word :
         {"INTERNAL ASSERT", "_M_range_check", "_M_construct", "basic_string::", "bad_variant_access",
          "bad_alloc", "json.exception", "Exception raised from", "to be true, but got false", "c10::",
          "at::Tensor", "std::", "map::at", "_Map_base", "could not create a primitive", ".cpp:", ".h:"}) {
        if (message.find(word) != std::string::npos) {
            return std::string("internal words (") + word + "): " + message;
        }
    }
    return "";
}

}  // namespace qs::test
