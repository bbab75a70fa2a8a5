#include "core/regex.h"

#include <re2/re2.h>

namespace qs {

Result<Regex> Regex::make(const std::string& pattern) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    auto expression = std::make_shared<const re2::RE2>(pattern, options);
    if (!expression->ok()) {
        return usageError("'" + pattern + "' is no regular expression: " + expression->error());
    }
    return Regex(std::move(expression));
}

bool Regex::matches(std::string_view text) const {
    return re2::RE2::FullMatch({text.data(), text.size()}, *expression_);
}

}  // namespace qs
