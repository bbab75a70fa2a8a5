#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/result.h"

namespace qs {

/// Whether a file can be created or replaced at `path`: its folder exists and accepts new files, and `path`
/// is not a folder. Leaves nothing behind. Call it before the work whose result goes there.
Status checkWritable(const std::filesystem::path& path);

/// Runs `write` with the name of a temporary file beside `path` (same extension) and renames that over `path`
/// when it succeeds. When it fails or throws, the temporary file is removed and `path` is as it was.
Status writeAtomically(const std::filesystem::path& path,
                       const std::function<Status(const std::filesystem::path& temporary)>& write);

Result<std::string> readFile(const std::filesystem::path& path);

}  // namespace qs
