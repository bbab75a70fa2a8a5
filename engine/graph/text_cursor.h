#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace qs {

/// What is wrong with a line of a graph's text form.
class TextError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What names in a graph's text form have without quotes.
bool isNameCharacter(char c);

/// A line of a graph's text form as it is read; blanks between its parts are skipped. Throws TextError.
class TextCursor {
  public:
    explicit TextCursor(std::string_view line) : line_(line) { skipBlanks(); }

    bool atEnd() const { return line_.empty(); }
    bool at(char c) const { return !line_.empty() && line_.front() == c; }
    bool atName() const { return !line_.empty() && (isNameCharacter(line_.front()) || at('"')); }
    bool atNumber() const;
    bool atInteger() const;

    /// Whether `c` was there, and is passed.
    bool take(char c);
    bool takeWord(std::string_view word);
    void expect(char c);
    /// `key` and an equals sign.
    void expectKey(std::string_view key);

    /// A name, in quotes or without.
    std::string name();
    std::string quoted();
    int64_t integer();
    double number();

    std::string rest() const { return std::string(line_); }
    [[noreturn]] void fail(const std::string& problem) const;

  private:
    std::string_view numberText() const;
    void pass(size_t count);
    void skipBlanks();

    std::string_view line_;
};

}  // namespace qs
