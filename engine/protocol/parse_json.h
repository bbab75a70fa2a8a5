#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace qs::protocol {

/// How deep arrays and objects of JSON from outside may lie in one another, and how many bytes it may have.
inline constexpr size_t kMaxJsonDepth = 100;
inline constexpr size_t kMaxJsonBytes = 256u << 20;

/// What a text that came from outside holds.
struct ParsedJson {
    nlohmann::json value;  ///< discarded where there is a problem
    std::string problem;   ///< "is nested deeper than 100 levels"; empty where there is none
};

/// The only way in which text becomes JSON here. What is too deep or too long is refused before anything is
/// built of it: copies and destructors of nested values call themselves. Never throws for a text.
ParsedJson parseJson(std::string_view text);

}  // namespace qs::protocol
