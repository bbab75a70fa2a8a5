#include "core/guard.h"

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

#include "core/log.h"
#include "core/printable.h"

namespace qs {

namespace {

/// What only those understand who wrote the library.
constexpr std::array kInternalWords{
    "INTERNAL ASSERT",
    "to be true, but got",
    "_M_range_check",
    "_M_construct",
    "basic_string",
    "bad_variant_access",
    "std::",
    "c10::",
    "at::",
    "torch::",
    "json.exception",
    "Could this error message be improved",
    "please report a bug",
    "map::at",
    "unordered_map",
    "_Map_base",
    "bad optional access",
    "isTensor()",
    "isIntList()",
    "Could not run 'aten::",
    "could not create a primitive",
    "could not execute a primitive",
};

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// "FunctionSchema.h:12" and its like.
bool namesSourceLine(std::string_view text) {
    for (const std::string_view ending : {".cpp:", ".h:", ".cc:"}) {
        const size_t at = text.find(ending);
        const size_t digit = at + ending.size();
        if (at != std::string_view::npos && digit < text.size() && text[digit] >= '0' && text[digit] <= '9') {
            return true;
        }
    }
    return false;
}

bool isInternal(std::string_view text) {
    return namesSourceLine(text) || std::any_of(kInternalWords.begin(), kInternalWords.end(),
                                                [&](const char* word) { return contains(text, word); });
}

bool isOutOfMemory(const std::exception& e, std::string_view text) {
    return dynamic_cast<const std::bad_alloc*>(&e) || contains(text, "can't allocate memory") ||
           contains(text, "Storage size calculation overflowed");
}

/// Without c10's backtrace, on one line.
std::string firstPart(std::string text) {
    if (const auto end = text.find("\nException raised from"); end != std::string::npos) {
        text.resize(end);
    }
    std::replace(text.begin(), text.end(), '\n', ' ');
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

}  // namespace

std::string exceptionSummary(const std::exception& e) {
    std::string text = firstPart(e.what());
    if (isOutOfMemory(e, text)) {
        spdlog::debug("out of memory: {}", e.what());
        return "there is not enough memory for it";
    }
    if (!text.empty() && !isInternal(text)) {
        return printable(text);  // it may quote names from a file
    }
    spdlog::debug("internal error: {}", e.what());
    return "it failed inside a library; set QSCOPE_LOG=debug for the details";
}

}  // namespace qs
