#include "data/formats/csv.h"

#include <algorithm>

namespace qs {

namespace {

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF")) {
            at_ = 3;
        }
    }

    Result<std::vector<CsvRow>> parse() {
        std::vector<CsvRow> rows;
        while (at_ < text_.size()) {
            CsvRow row{line_, {}};
            do {
                QS_ASSIGN(std::string field, readField());
                row.fields.push_back(std::move(field));
            } while (accept(','));
            skipLineEnd();
            if (row.fields.size() > 1 || !row.fields[0].empty()) {
                rows.push_back(std::move(row));
            }
        }
        return rows;
    }

  private:
    bool accept(char c) {
        const bool found = at_ < text_.size() && text_[at_] == c;
        at_ += found ? 1 : 0;
        return found;
    }

    void skipLineEnd() {
        accept('\r');
        accept('\n');
        ++line_;
    }

    void skipSpaces() { at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size()); }

    Result<std::string> readField() {
        skipSpaces();
        if (accept('"')) {
            return readQuoted();
        }
        const size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
        std::string_view field = text_.substr(at_, end - at_);
        at_ = end;
        return std::string(field.substr(0, field.find_last_not_of(" \t") + 1));
    }

    Result<std::string> readQuoted() {
        const int64_t begin = line_;
        std::string field;
        for (;;) {
            const size_t quote = text_.find('"', at_);
            if (quote == std::string_view::npos) {
                return failure("line " + std::to_string(begin) + ": a quoted field is not closed");
            }
            field += text_.substr(at_, quote - at_);
            line_ += std::count(text_.begin() + ptrdiff_t(at_), text_.begin() + ptrdiff_t(quote), '\n');
            at_ = quote + 1;
            if (!accept('"')) {
                break;
            }
            field += '"';
        }
        skipSpaces();
        if (at_ < text_.size() && text_.find_first_of(",\r\n", at_) != at_) {
            return failure("line " + std::to_string(line_) + ": text behind a quoted field");
        }
        return field;
    }

    std::string_view text_;
    size_t at_ = 0;
    int64_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> parseCsv(std::string_view text) {
    return Parser(text).parse();
}

}  // namespace qs
