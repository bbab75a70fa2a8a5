#pragma once

#include <filesystem>
#include <string_view>

#include "core/result.h"

namespace qs {

/// Replaces `path` by a file of exactly `bytes`, atomically; a full disk is an error and leaves `path` as it
/// was.
Status writeBytes(const std::filesystem::path& path, std::string_view bytes);

}  // namespace qs
