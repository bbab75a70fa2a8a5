#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/printable.h"

namespace qs::cli {

namespace {

/// Characters of UTF-8 text.
size_t width(const std::string& text) {
    return size_t(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string withUnit(double value, const char* unit, const char* suffixless) {
    static constexpr const char* kPrefixes[] = {"", "k", "M", "G", "T", "P"};
    size_t prefix = 0;
    while (value >= 999.5 && prefix + 1 < std::size(kPrefixes)) {
        value /= 1000;
        ++prefix;
    }
    if (prefix == 0) {
        return fmt::format("{:.0f}{}", value, suffixless);
    }
    return fmt::format("{:.{}f} {}{}", value, value < 9.995 ? 2 : 1, kPrefixes[prefix], unit);
}

}  // namespace

void Table::add(const std::vector<std::string>& cells) {
    std::vector<std::string>& row = rows_.emplace_back();
    for (const std::string& cell : cells) {
        row.push_back(printable(cell));
    }
}

std::string Table::text() const {
    std::vector<size_t> widths;
    for (size_t c = 0; c < columns_.size(); ++c) {
        size_t widest = width(columns_[c].title);
        for (const auto& row : rows_) {
            widest = std::max(widest, width(row[c]));
        }
        widths.push_back(widest);
    }
    const auto line = [&](auto&& cell) {
        std::string text;
        for (size_t c = 0; c < columns_.size(); ++c) {
            const std::string& content = cell(c);
            const std::string padding(widths[c] - width(content), ' ');
            text += c > 0 ? "  " : "";
            text += columns_[c].align == Align::Right ? padding + content : content + padding;
        }
        text.erase(text.find_last_not_of(' ') + 1);
        return text + '\n';
    };
    std::string text = line([&](size_t c) -> const std::string& { return columns_[c].title; });
    for (const auto& row : rows_) {
        text += line([&](size_t c) -> const std::string& { return row[c]; });
    }
    return text;
}

std::string noteText(const std::string& note) {
    return "note: " + printable(note) + '\n';
}

std::string formatShape(const std::vector<int64_t>& shape) {
    return fmt::format("{}", fmt::join(shape, " x "));
}

std::string formatCount(int64_t count) {
    return withUnit(double(count), "", "");
}

std::string formatBytes(int64_t bytes) {
    return withUnit(double(bytes), "B", " B");
}

std::string formatNumber(std::optional<double> value, int digits) {
    return value && std::isfinite(*value) ? fmt::format("{:.{}f}", *value, digits) : "-";
}

std::string formatSmall(std::optional<double> value) {
    return value && std::isfinite(*value) ? fmt::format("{:.3g}", *value) : "-";
}

}  // namespace qs::cli
