#include "fuzz/source_mutation.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

#include "fuzz/extremes.h"
#include "fuzz/random.h"

namespace qs::test {

namespace {

constexpr std::array<const char*, 24> kNames{"torch.relu",    "torch.zeros",       "torch.from_file",
                                             "torch.save",    "torch.empty",       "torch.view",
                                             "torch.conv2d",  "torch.add_",        "torch.resize_",
                                             "torch.cat",     "torch.as_strided",  "torch.set_",
                                             "torch.reshape", "torch.repeat",      "torch.expand",
                                             "torch.index",   "ops.quantized.add", "ops.aten.foo",
                                             "annotate",      "uninitialized",     "self",
                                             "None",          "CONSTANTS.c99999",  "__torch__.Missing"};

constexpr std::array<const char*, 14> kStatements{"while True:\n    pass",
                                                  "for i in range(9223372036854775807):\n    pass",
                                                  "x = torch.zeros([1099511627776])",
                                                  "x = torch.zeros([100000, 100000])",
                                                  "x = torch.zeros([-1])",
                                                  "x = self.forward(x)",
                                                  "x = torch.from_file(\"/etc/hostname\")",
                                                  "x = torch.as_strided(x, [1000000], [1000000])",
                                                  "x = [x, x]",
                                                  "x = x[9223372036854775807]",
                                                  "ops.prim.RaiseException(\"stop\")",
                                                  "return None",
                                                  "y : int = 1 // 0",
                                                  "import os"};

/// Where a token begins and ends.
struct Token {
    size_t begin;
    size_t end;
};

enum class Kind { Name, Number, Other };

Kind kindOf(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isdigit(byte) ? Kind::Number : std::isalpha(byte) || c == '_' ? Kind::Name : Kind::Other;
}

std::vector<Token> tokensOf(std::string_view text, Kind kind) {
    std::vector<Token> tokens;
    for (size_t at = 0; at < text.size();) {
        const Kind first = kindOf(text[at]);
        size_t end = at + 1;
        // A name goes on with digits, and dots in it are part of what it names.
        while (first != Kind::Other && end < text.size() &&
               (kindOf(text[end]) != Kind::Other || text[end] == '.')) {
            ++end;
        }
        if (first == kind) {
            tokens.push_back({at, end});
        }
        at = end;
    }
    return tokens;
}

std::vector<Token> linesOf(std::string_view text) {
    std::vector<Token> lines;
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        lines.push_back({at, end});
        at = end;
    }
    return lines;
}

class SourceMutator {
  public:
    SourceMutator(std::string text, uint64_t seed) : text_(std::move(text)), random_(seed) {}

    std::string source() {
        for (size_t count = 1 + random_.below(3); count > 0 && !text_.empty(); --count) {
            random_.oneIn(2) ? mutateToken() : mutateLine();
        }
        return std::move(text_);
    }

    std::string numbers() {
        for (size_t count = 1 + random_.below(3); count > 0; --count) {
            replaceOne(Kind::Number, [this](const std::string&) { return extremeLiteral(random_); });
        }
        return std::move(text_);
    }

  private:
    template <typename Replacement>
    void replaceOne(Kind kind, const Replacement& replacement) {
        const std::vector<Token> tokens = tokensOf(text_, kind);
        if (!tokens.empty()) {
            const auto [begin, end] = random_.pick(tokens);
            text_.replace(begin, end - begin, replacement(text_.substr(begin, end - begin)));
        }
    }

    void mutateToken() {
        switch (random_.below(4)) {
            case 0:
                return replaceOne(Kind::Number,
                                  [this](const std::string&) { return extremeLiteral(random_); });
            case 1:
                return replaceOne(Kind::Name, [this](const std::string&) -> std::string {
                    const auto [begin, end] = random_.pick(tokensOf(text_, Kind::Name));
                    return text_.substr(begin, end - begin);
                });
            case 2:
                return replaceOne(Kind::Name, [this](const std::string&) { return random_.pick(kNames); });
            default:
                return replaceOne(Kind::Name, [this](const std::string& name) {
                    constexpr std::array<size_t, 3> kDepths{3, 500, 100000};
                    const size_t depth = random_.pick(kDepths);
                    return std::string(depth, '(') + name + std::string(depth, ')');
                });
        }
    }

    void mutateLine() {
        const std::vector<Token> lines = linesOf(text_);
        const auto [begin, end] = random_.pick(lines);
        const std::string line = text_.substr(begin, end - begin);
        switch (random_.below(4)) {
            case 0:
                text_.erase(begin, line.size());
                break;
            case 1:
                text_.insert(end, line);
                break;
            case 2:
                text_.erase(begin, line.size());
                text_.insert(random_.pick(linesOf(text_ + '\n')).begin, line);
                break;
            default: {
                const std::string indent = line.substr(0, line.find_first_not_of(' '));
                text_.insert(begin, indent + random_.pick(kStatements) + '\n');
                break;
            }
        }
    }

    std::string text_;
    Random random_;
};

}  // namespace

std::string mutateSource(const std::string& source, uint64_t seed) {
    return SourceMutator(source, seed).source();
}

std::string mutateNumbers(const std::string& text, uint64_t seed) {
    return SourceMutator(text, seed).numbers();
}

}  // namespace qs::test
