#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace qs {

struct CsvRow {
    int64_t line = 0;  ///< where it begins, from 1
    std::vector<std::string> fields;
};

/// Rows of comma-separated text (RFC 4180: quoted fields may hold commas, line ends and doubled quotes), any
/// line ends, a UTF-8 byte order mark skipped; spaces around unquoted fields and empty lines are dropped. A
/// failure for a quote that is not closed.
Result<std::vector<CsvRow>> parseCsv(std::string_view text);

}  // namespace qs
