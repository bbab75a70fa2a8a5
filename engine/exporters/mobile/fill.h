#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/result.h"

namespace qs {

/// Values by the names that templates use.
using TemplateValues = std::map<std::string, std::string, std::less<>>;

/// `text` with every "{{name}}" replaced by the value, and every "{{escape:name}}" by the value as a text in
/// Android's string resources ("android"), as a YAML string ("yaml"). Failure that names a value or an escape
/// that does not exist.
Result<std::string> fillTemplate(std::string_view text, const TemplateValues& values);

}  // namespace qs
