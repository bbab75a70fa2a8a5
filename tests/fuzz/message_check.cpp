#include "fuzz/message_check.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>

namespace qs::test {

namespace {

constexpr size_t kMostBytes = 1000;

constexpr std::array kInternalWords{"vector::",
                                    "basic_string",
                                    "INTERNAL ASSERT",
                                    "json.exception",
                                    "std::",
                                    " at::",
                                    "c10::",
                                    ".cpp",
                                    "bad_alloc",
                                    "Exception raised",
                                    "terminate called",
                                    "_M_range_check",
                                    "filesystem error",
                                    "_M_construct",
                                    "bad_variant_access",
                                    "to be true, but got false",
                                    "map::at",
                                    "_Map_base",
                                    "could not create a primitive"};

/// "tensor.h:12", as assertions quote themselves.
bool quotesHeader(const std::string& message) {
    const size_t end = message.find(".h:");
    return end != std::string::npos && end + 3 < message.size() &&
           std::isdigit(static_cast<unsigned char>(message[end + 3]));
}

bool isPrintable(const std::string& text) {
    if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
        return false;
    }
    try {
        return !nlohmann::json(text).dump().empty();
    } catch (const nlohmann::json::exception&) {
        return false;  // not UTF-8
    }
}

}  // namespace

std::string complaintAbout(const std::string& message) {
    if (message.empty() || message.size() > kMostBytes || message.find('\n') != std::string::npos) {
        return "not one clear line: " + message;
    }
    if (!isPrintable(message)) {
        return "not printable: " + message;
    }
    if (quotesHeader(message)) {
        return "quotes a header: " + message;
    }
    for (const char* word : kInternalWords) {
        if (message.find(word) != std::string::npos) {
            return std::string("speaks of \"") + word + "\": " + message;
        }
    }
    return "";
}

}  // namespace qs::test
