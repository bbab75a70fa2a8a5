#pragma once

#include <optional>
#include <string>
#include <vector>

namespace qs::cli {

/// Rows of text with aligned columns under a header.
class Table {
  public:
    enum class Align { Left, Right };
    struct Column {
        std::string title;
        Align align = Align::Right;
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    /// One cell a column; names in them may come from a file (printable()).
    void add(const std::vector<std::string>& cells);
    std::string text() const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// "note: ..." on a line of its own; notes may quote names from a file (printable()).
std::string noteText(const std::string& note);

/// "3 x 224 x 224".
std::string formatShape(const std::vector<int64_t>& shape);
/// "11.7 M", "640".
std::string formatCount(int64_t count);
/// "44.7 MB"; powers of 1000.
std::string formatBytes(int64_t bytes);
/// With `digits` decimals; "-" where absent.
std::string formatNumber(std::optional<double> value, int digits);
/// Three significant digits, for values of any magnitude; "-" where absent.
std::string formatSmall(std::optional<double> value);

}  // namespace qs::cli
