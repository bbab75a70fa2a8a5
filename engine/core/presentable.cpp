#include "core/presentable.h"

#include <string_view>
#include <utility>

#include "core/printable.h"

namespace qs {

namespace {

constexpr size_t kMostBytes = 600;

/// At most `most` bytes of UTF-8 text; no character is cut in two.
std::string_view firstBytes(std::string_view text, size_t most) {
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) {
        --most;
    }
    return text.substr(0, most);
}

}  // namespace

std::string presentable(const std::string& message) {
    std::string text = printable(std::string_view(message).substr(0, 2 * kMostBytes));
    return text.size() > kMostBytes ? std::string(firstBytes(text, kMostBytes)) + "..." : text;
}

Error presentable(Error error) {
    error.message = presentable(error.message);
    return error;
}

}  // namespace qs
