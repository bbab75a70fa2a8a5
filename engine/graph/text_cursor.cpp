#include "graph/text_cursor.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace qs {

namespace {

bool isNumberCharacter(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '+' || c == '-';
}

}  // namespace

bool isNameCharacter(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_./:#-+~$|").find(c) != std::string_view::npos;
}

void TextCursor::skipBlanks() {
    line_.remove_prefix(std::min(line_.find_first_not_of(" \t\r"), line_.size()));
}

void TextCursor::pass(size_t count) {
    line_.remove_prefix(count);
    skipBlanks();
}

std::string_view TextCursor::numberText() const {
    const auto end = std::find_if_not(line_.begin(), line_.end(), isNumberCharacter);
    return line_.substr(0, static_cast<size_t>(end - line_.begin()));
}

bool TextCursor::atNumber() const {
    const std::string_view text = numberText();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && error != std::errc::invalid_argument && end == text.data() + text.size();
}

bool TextCursor::atInteger() const {
    return atNumber() && numberText().find_first_of(".en") == std::string_view::npos;
}

bool TextCursor::take(char c) {
    if (!at(c)) {
        return false;
    }
    pass(1);
    return true;
}

bool TextCursor::takeWord(std::string_view word) {
    const bool isThere = line_.starts_with(word) && line_.size() > word.size() && line_[word.size()] == ' ';
    if (isThere) {
        pass(word.size());
    }
    return isThere;
}

void TextCursor::expect(char c) {
    if (!take(c)) {
        fail(std::string("expected '") + c + "' " + (atEnd() ? "at its end" : "before '" + rest() + "'"));
    }
}

void TextCursor::expectKey(std::string_view key) {
    if (const std::string found = name(); found != key) {
        fail("expected '" + std::string(key) + "=', not '" + found + "'");
    }
    expect('=');
}

std::string TextCursor::name() {
    if (at('"')) {
        return quoted();
    }
    const auto end = std::find_if_not(line_.begin(), line_.end(), isNameCharacter);
    std::string name(line_.begin(), end);
    if (name.empty()) {
        fail("expected a name " + (atEnd() ? std::string("at its end") : "before '" + rest() + "'"));
    }
    pass(name.size());
    return name;
}

std::string TextCursor::quoted() {
    if (!at('"')) {
        fail("expected a text in quotes " +
             (atEnd() ? std::string("at its end") : "before '" + rest() + "'"));
    }
    std::string text;
    for (size_t i = 1; i < line_.size(); ++i) {
        if (line_[i] == '"') {
            pass(i + 1);
            return text;
        }
        if (line_[i] == '\\' && ++i < line_.size()) {
            text += line_[i] == 'n' ? '\n' : line_[i];
        } else if (i < line_.size()) {
            text += line_[i];
        }
    }
    fail("a text has no closing quotes");
}

int64_t TextCursor::integer() {
    const std::string_view text = numberText();
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
        fail("'" + std::string(text.empty() ? line_ : text) + "' is no integer");
    }
    pass(text.size());
    return value;
}

double TextCursor::number() {
    const std::string_view text = numberText();
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
        fail("'" + std::string(text.empty() ? line_ : text) + "' is no number");
    }
    pass(text.size());
    return value;
}

void TextCursor::fail(const std::string& problem) const {
    throw TextError(problem);
}

}  // namespace qs
