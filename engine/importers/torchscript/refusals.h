#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"

namespace qs {

/// A file that LibTorch must not see, in one line whatever names of the file `why` quotes.
Error unsound(const std::filesystem::path& path, const std::string& why);

/// An operator that no model may use, called in `place`: a function or a record, with the line where known.
Error forbiddenOperator(const std::filesystem::path& path, const std::string& name, const std::string& place);

}  // namespace qs
