#include "protocol/parse_json.h"

#include <algorithm>
#include <utility>

namespace qs::protocol {

namespace {

/// How deep the brackets of `text` nest, those in strings left out; stops counting above `limit`.
size_t depthOf(std::string_view text, size_t limit) {
    size_t depth = 0, deepest = 0;
    bool inString = false;
    for (size_t i = 0; i < text.size() && deepest <= limit; ++i) {
        const char c = text[i];
        if (inString && c == '\\') {
            ++i;
        } else if (c == '"') {
            inString = !inString;
        } else if (!inString && (c == '[' || c == '{')) {
            deepest = std::max(deepest, ++depth);
        } else if (!inString && (c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return deepest;
}

ParsedJson refused(std::string problem) {
    return {nlohmann::json(nlohmann::json::value_t::discarded), std::move(problem)};
}

}  // namespace

ParsedJson parseJson(std::string_view text) {
    if (text.size() > kMaxJsonBytes) {
        return refused("is larger than " + std::to_string(kMaxJsonBytes >> 20) + " MiB");
    }
    if (depthOf(text, kMaxJsonDepth) > kMaxJsonDepth) {
        return refused("is nested deeper than " + std::to_string(kMaxJsonDepth) + " levels");
    }
    nlohmann::json value = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    std::string problem = value.is_discarded() ? "is not JSON" : "";
    return {std::move(value), std::move(problem)};
}

}  // namespace qs::protocol
