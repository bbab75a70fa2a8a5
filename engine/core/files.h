#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"

namespace qs {

Result<std::string> readFile(const std::filesystem::path& path);

}  // namespace qs
