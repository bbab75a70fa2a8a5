#include "exporters/mobile/fill.h"

#include <nlohmann/json.hpp>

namespace qs {

namespace {

constexpr std::string_view kOpen = "{{";
constexpr std::string_view kClose = "}}";

/// XML's characters as entities; what Android's resource compiler reads on its own, behind a backslash.
std::string androidText(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '\'':
            case '"':
            case '\\':
                escaped += '\\';
                escaped += c;
                break;
            case '@':
            case '?':  // a reference, in front
                escaped += escaped.empty() ? "\\" : "";
                escaped += c;
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

/// YAML's double-quoted strings take JSON's.
std::string yamlText(const std::string& text) {
    return nlohmann::json(text).dump();
}

Result<std::string> valueOf(std::string_view placeholder, const TemplateValues& values) {
    const size_t colon = placeholder.find(':');
    const std::string_view escape = colon == placeholder.npos ? "" : placeholder.substr(0, colon);
    const auto value = values.find(colon == placeholder.npos ? placeholder : placeholder.substr(colon + 1));
    if (value == values.end()) {
        return failure("a template asks for '" + std::string(placeholder) + "', which nobody fills in");
    }
    if (escape.empty()) {
        return value->second;
    }
    if (escape == "android") {
        return androidText(value->second);
    }
    if (escape == "yaml") {
        return yamlText(value->second);
    }
    return failure("a template asks for the unknown escape '" + std::string(escape) + "'");
}

}  // namespace

Result<std::string> fillTemplate(std::string_view text, const TemplateValues& values) {
    std::string filled;
    for (;;) {
        const size_t open = text.find(kOpen);
        filled += text.substr(0, open);
        if (open == text.npos) {
            return filled;
        }
        text.remove_prefix(open + kOpen.size());
        const size_t close = text.find(kClose);
        if (close == text.npos) {
            return failure("a template has a {{ without }}");
        }
        QS_ASSIGN(const std::string value, valueOf(text.substr(0, close), values));
        filled += value;
        text.remove_prefix(close + kClose.size());
    }
}

}  // namespace qs
