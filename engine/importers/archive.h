#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/result.h"

namespace qs {

/// Whether a zip archive is safe to hand to LibTorch, which checks no checksums and believes every size:
/// structure complete, each member within the file and with the CRC-32 that it declares, and nothing that
/// unpacks to far more than the file. Reads the file once, in bounded memory.
Status checkZip(const std::filesystem::path& path);

/// The unpacked size of every member, in bytes, by its name with folders.
Result<std::map<std::string, uint64_t>> zipSizes(const std::filesystem::path& path);

}  // namespace qs
