#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace re2 {
class RE2;
}

namespace qs {

/// A regular expression in RE2's syntax, which takes time linear in the text whatever the pattern: patterns
/// come from files. Copies share what was compiled.
class Regex {
  public:
    /// Usage error that says why `pattern` is none ("missing ]: [a").
    static Result<Regex> make(const std::string& pattern);
    /// Whether it matches the whole text.
    bool matches(std::string_view text) const;

  private:
    explicit Regex(std::shared_ptr<const re2::RE2> expression) : expression_(std::move(expression)) {}

    std::shared_ptr<const re2::RE2> expression_;
};

}  // namespace qs
