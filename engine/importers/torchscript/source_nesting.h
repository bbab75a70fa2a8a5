#pragma once

#include <cstddef>
#include <vector>

namespace qs {

/// Counts what LibTorch's parser and compiler recurse into, token by token, so that no source overflows the
/// stack: brackets, blocks, chains of conditions, and operators of one expression.
class SourceNesting {
  public:
    /// The next token, by its kind in LibTorch's lexer. What is too deep with it, or nullptr.
    const char* add(int kind);

    /// Blocks around the next token.
    int indent() const { return indent_; }
    /// Brackets around the next token.
    size_t brackets() const { return chains_.size() - 1; }

  private:
    int indent_ = 0;
    int elifs_ = 0;
    size_t chain_ = 0;               ///< sum of chains_
    std::vector<size_t> chains_{0};  ///< tokens that no comma parts, of the line and every open bracket
};

}  // namespace qs
