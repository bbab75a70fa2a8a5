#include "core/printable.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace qs {

namespace {

struct Range {
    char32_t first;
    char32_t last;
};

/// Controls, and what Unicode calls format characters (category Cf), line and paragraph separators.
constexpr std::array kHidden{Range{0x0, 0x1f},      Range{0x7f, 0x9f},       Range{0xad, 0xad},
                             Range{0x600, 0x605},   Range{0x61c, 0x61c},     Range{0x6dd, 0x6dd},
                             Range{0x70f, 0x70f},   Range{0x180e, 0x180e},   Range{0x200b, 0x200f},
                             Range{0x2028, 0x202e}, Range{0x2060, 0x206f},   Range{0xfeff, 0xfeff},
                             Range{0xfff9, 0xfffb}, Range{0x1d173, 0x1d17a}, Range{0xe0000, 0xe0fff}};

bool isHidden(char32_t point) {
    return std::ranges::any_of(
        kHidden, [&](const Range& range) { return point >= range.first && point <= range.last; });
}

struct Character {
    char32_t point;
    size_t bytes;  ///< 0: not UTF-8
};

/// The first character of `text`, which is not empty. Overlong forms, surrogates and what lies beyond Unicode
/// are no characters.
Character firstOf(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) {
        return {lead, 1};
    }
    const size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) {
        return {0, 0};
    }
    char32_t point = lead & (0x7fU >> bytes);
    for (size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0) != 0x80) {
            return {0, 0};
        }
        point = (point << 6) | (next & 0x3fU);
    }
    constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    const bool isSurrogate = point >= 0xd800 && point <= 0xdfff;
    return point < kLeast[bytes] || isSurrogate || point > 0x10ffff ? Character{0, 0}
                                                                    : Character{point, bytes};
}

void appendEscape(std::string& text, const char* format, unsigned number) {
    char escape[16];
    std::snprintf(escape, sizeof(escape), format, number);
    text += escape;
}

void append(std::string& text, char32_t hidden) {
    switch (hidden) {
        case '\n':
            text += "\\n";
            break;
        case '\r':
            text += "\\r";
            break;
        case '\t':
            text += "\\t";
            break;
        default:
            appendEscape(text,
                         hidden < 0x100     ? "\\x%02x"
                         : hidden < 0x10000 ? "\\u%04x"
                                            : "\\U%08x",
                         static_cast<unsigned>(hidden));
    }
}

std::string escaped(std::string_view text, bool keepLineEnds) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const Character character = firstOf(text);
        const size_t bytes = std::max<size_t>(character.bytes, 1);
        if (character.bytes == 0) {
            appendEscape(result, "\\x%02x", static_cast<unsigned char>(text[0]));
        } else if (isHidden(character.point) && !(keepLineEnds && character.point == '\n')) {
            append(result, character.point);
        } else {
            result += text.substr(0, bytes);
        }
        text.remove_prefix(bytes);
    }
    return result;
}

}  // namespace

std::string printable(std::string_view text) {
    return escaped(text, false);
}

std::string printableLines(std::string_view text) {
    return escaped(text, true);
}

}  // namespace qs
