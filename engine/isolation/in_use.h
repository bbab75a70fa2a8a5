#pragma once

#include <filesystem>

namespace qs {

/// Marks what `descriptor` is open on as in use, as long as a process has the descriptor open. False where
/// somebody else has marked it.
bool markInUse(int descriptor);

/// Whether this user's file or folder is in use by no process any more.
bool isAbandoned(const std::filesystem::path& path);

}  // namespace qs
