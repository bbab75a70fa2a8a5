#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace qs {

/// Shell-style match of a whole name: '*' stands for any run of characters, '?' for one.
bool globMatch(std::string_view pattern, std::string_view text);

/// The candidates nearest to `name` by edit distance, best first, at most `most`; for "did you mean"
/// messages.
std::vector<std::string> nearestNames(std::string_view name, const std::vector<std::string>& candidates,
                                      size_t most = 3);

/// "; did you mean a or b?", or nothing where there is nothing to choose from, or the name is too long for a
/// slip.
std::string suggestion(const std::string& name, const std::vector<std::string>& candidates);

/// "a, b, c".
std::string join(const std::vector<std::string>& parts, std::string_view separator = ", ");

}  // namespace qs
