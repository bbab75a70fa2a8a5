#include "importers/torchscript/source_check.h"

#include <torch/csrc/jit/frontend/lexer.h>

#include <memory>
#include <set>

#include "core/guard.h"
#include "importers/torchscript/allowed_operators.h"
#include "importers/torchscript/source_nesting.h"

namespace qs {

namespace jit = torch::jit;

namespace {

constexpr size_t kMostSourceBytes = size_t{64} << 20;
constexpr int kMostBlankLines = 1000;
constexpr size_t kMostName = 100;

/// LibTorch's lexer calls itself for every line without a token.
bool hasLongGap(std::string_view source) {
    int blank = 0;
    for (size_t begin = 0; begin < source.size() && blank <= kMostBlankLines;) {
        const std::string_view line = source.substr(begin, source.find('\n', begin) - begin);
        begin += line.size() + 1;
        const size_t first = line.find_first_not_of(" \t\r\f\v");
        const bool hasToken = first != std::string_view::npos && line[first] != '#' && line[first] != '\\';
        blank = hasToken ? 0 : blank + 1;
    }
    return blank > kMostBlankLines;
}

/// What is wrong with the source, for a person.
struct Unsound {
    std::string why;
};

/// A walk along the tokens, as LibTorch's own lexer finds them.
class Walk {
  public:
    explicit Walk(std::string_view source)
        : source_(std::make_shared<jit::Source>(c10::string_view(source.data(), source.size()))),
          lexer_(source_) {}

    SourceFacts facts() {
        while (lexer_.cur().kind != jit::TK_EOF) {
            statement();
        }
        return facts_;
    }

  private:
    // ---- tokens

    int kind() { return lexer_.cur().kind; }

    std::string text() { return kind() == jit::TK_IDENT ? lexer_.cur().text() : std::string(); }

    size_t line() { return source_->lineno_for_offset(lexer_.cur().range.start()) + 1; }

    [[noreturn]] void refuse(const std::string& what) {
        throw Unsound{"has in line " + std::to_string(line()) + ' ' + what};
    }

    /// Of a line; the one that a block follows ends with its indent.
    bool atEnd() { return kind() == jit::TK_NEWLINE || kind() == jit::TK_INDENT || kind() == jit::TK_EOF; }

    void advance() {
        if (const char* tooDeep = nesting_.add(kind())) {
            refuse(tooDeep);
        }
        lastKind_ = kind();
        if (lastKind_ == jit::TK_IDENT) {
            lastName_ = text();
        }
        lexer_.next();
    }

    void skipLine() {
        while (!atEnd()) {
            advance();
        }
    }

    // ---- statements

    void statement() {
        switch (kind()) {
            case jit::TK_NEWLINE:
            case jit::TK_INDENT:
                return advance();
            case jit::TK_DEDENT:
                advance();
                if (nesting_.indent() <= functionIndent_) {
                    functionIndent_ = -1;
                }
                return;
            case jit::TK_CLASS_DEF:
                skipLine();
                isEnumeration_ = lastName_ == "Enum";
                return;
            case jit::TK_DEF:
                return definition();
            default:
                return functionIndent_ >= 0 ? body() : member();
        }
    }

    void definition() {
        if (functionIndent_ < 0) {
            functionIndent_ = nesting_.indent();
        }
        advance();
        facts_.restoresItself = facts_.restoresItself || text() == "__setstate__";
        const size_t outside = nesting_.brackets();
        bool isDefault = false;
        while (!atEnd()) {
            const bool isParameter = nesting_.brackets() == outside + 1;
            if (isParameter && (kind() == ',' || kind() == ')')) {
                isDefault = false;
            } else if (isDefault) {
                requireLiteral();
            } else if (isParameter && kind() == '=') {
                isDefault = true;
            }
            advance();
        }
    }

    /// A field or attribute of a class, with or without a value.
    void member() {
        const std::string name = text();
        const bool isAnnotation = name == "__annotations__";
        advance();
        requireType(name);
        bool isValue = false;
        while (!atEnd()) {
            if (isAnnotation ? kind() == '(' : isValue) {
                requireLiteral();
            }
            isValue = isValue || kind() == '=';
            advance();
        }
    }

    /// LibTorch writes a type for every member but its own lists, and members of enumerations have none; on
    /// what has neither its importer crashes.
    void requireType(const std::string& name) {
        static const std::set<std::string> kLists = {"__annotations__", "__buffers__", "__forward_hooks__",
                                                     "__forward_pre_hooks__", "__parameters__"};
        const bool isList = kLists.contains(name);
        if (nesting_.indent() > 0 && !isEnumeration_ && !isList && kind() == '=') {
            throw Unsound{"gives " + name.substr(0, kMostName) + " no type"};
        }
        if (isList && kind() != '=' && kind() != '[') {
            throw Unsound{"gives " + name + " no value"};
        }
    }

    void body() {
        while (!atEnd()) {
            noteForbidden();
            advance();
        }
    }

    // ---- what is computed while loading

    /// No name is called and nothing is computed but signs.
    void requireLiteral() {
        static const std::set<std::string> kNames = {
            "inf",  "nan",   "annotate", "float", "int",    "bool",   "str",   "complex",   "List",
            "Dict", "Tuple", "Optional", "Union", "Tensor", "Device", "torch", "CONSTANTS", "__torch__"};
        static const std::set<std::string> kCalled = {"annotate", "float", "device"};
        static const std::set<int> kTokens = {jit::TK_NUMBER,
                                              jit::TK_STRINGLITERAL,
                                              jit::TK_TRUE,
                                              jit::TK_FALSE,
                                              jit::TK_NONE,
                                              jit::TK_NONE_TYPE,
                                              jit::TK_IDENT,
                                              '-',
                                              ',',
                                              ':',
                                              '.',
                                              '[',
                                              ']',
                                              '{',
                                              '}',
                                              '(',
                                              ')'};
        const bool isNamedCall = kind() == '(' && lastKind_ == jit::TK_IDENT;
        const bool isOtherCall = kind() == '(' && (lastKind_ == ')' || lastKind_ == ']' || lastKind_ == '}');
        const bool isName = kind() == jit::TK_IDENT && lastKind_ != '.';
        if (!kTokens.contains(kind()) || isOtherCall || (isNamedCall && !kCalled.contains(lastName_)) ||
            (isName && !kNames.contains(text()))) {
            refuse("a default that is computed, not a number or text");
        }
    }

    void noteForbidden() {
        if (facts_.forbidden || kind() != jit::TK_IDENT) {
            return;
        }
        const std::string name = text();
        const bool isUsed = lastKind_ == '.' || lexer_.lookahead().kind == '(';
        if ((isUsed && meansForbiddenOperator(name)) || name == "getattr" || isForeign(name)) {
            facts_.forbidden = NameInSource{name, line()};
        }
    }

    /// Whether `name` is part of LibTorch and has no allowed operators or no classes for networks: what
    /// follows "ops" and "classes".
    bool isForeign(const std::string& name) {
        static const std::set<std::string> kClasses = {"quantized", "rnn"};
        if (name == "ops" || name == "classes") {
            return lexer_.lookahead().kind != '.';
        }
        return lastKind_ == '.' && ((lastName_ == "ops" && !isSourceNamespace(name)) ||
                                    (lastName_ == "classes" && !kClasses.contains(name)));
    }

    std::shared_ptr<jit::Source> source_;
    jit::Lexer lexer_;
    SourceFacts facts_;
    int functionIndent_ = -1;  ///< of the def that the walk is in
    SourceNesting nesting_;
    int lastKind_ = jit::TK_NEWLINE;
    std::string lastName_;
    bool isEnumeration_ = false;
};

}  // namespace

Result<SourceFacts> checkSource(std::string_view source) {
    if (source.size() > kMostSourceBytes) {
        return failure("is larger than " + std::to_string(kMostSourceBytes >> 20) + " MiB");
    }
    if (hasLongGap(source)) {
        return failure("has more than " + std::to_string(kMostBlankLines) + " empty lines in a row");
    }
    return guard("is no TorchScript", [&]() -> Result<SourceFacts> {
        try {
            return Walk(source).facts();
        } catch (const Unsound& unsound) {
            return failure(unsound.why);
        }
    });
}

}  // namespace qs
