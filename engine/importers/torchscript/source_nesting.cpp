#include "importers/torchscript/source_nesting.h"

#include <torch/csrc/jit/frontend/lexer.h>

namespace qs {

namespace jit = torch::jit;

namespace {

constexpr size_t kMostBrackets = 100;
constexpr int kMostIndent = 200;
constexpr int kMostElif = 200;
constexpr size_t kMostChain = 1000;

}  // namespace

const char* SourceNesting::add(int kind) {
    switch (kind) {
        case '(':
        case '[':
        case '{':
            chains_.push_back(0);
            break;
        case ')':
        case ']':
        case '}':
            if (brackets() > 0) {
                chain_ -= chains_.back();
                chains_.pop_back();
            }
            break;
        case ',':
        case jit::TK_NEWLINE:
            chain_ -= chains_.back();
            chains_.back() = 0;
            return nullptr;
        case jit::TK_INDENT:
            ++indent_;
            break;
        case jit::TK_DEDENT:
            --indent_;
            break;
        case jit::TK_ELIF:
            ++elifs_;
            break;
        default:
            break;
    }
    ++chain_;
    ++chains_.back();
    return brackets() > kMostBrackets ? "brackets that are nested too deeply"
           : indent_ > kMostIndent    ? "blocks that are nested too deeply"
           : elifs_ > kMostElif       ? "too long a chain of conditions"
           : chain_ > kMostChain      ? "an expression that is too long"
                                      : nullptr;
}

}  // namespace qs
