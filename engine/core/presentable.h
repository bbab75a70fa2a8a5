#pragma once

#include <string>

#include "core/result.h"

namespace qs {

/// A message that may quote what a damaged file or a wrong request holds, as a person can read it: on one
/// line, in characters that any reader can show (printable()), and not without end.
std::string presentable(const std::string& message);
Error presentable(Error error);

}  // namespace qs
