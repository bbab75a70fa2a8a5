#pragma once

#include <filesystem>

#include "core/result.h"
#include "data/image.h"

namespace qs {

/// Whether the file name has the extension of an image format that OpenCV reads.
bool hasImageExtension(const std::filesystem::path& path);

/// Decodes an image file to 8-bit RGB as Pillow's convert("RGB") does: grey is repeated, alpha dropped,
/// palettes looked up, the EXIF orientation ignored. 16-bit colour keeps its upper bytes; 16-bit grey and
/// floats, which Pillow clips to white, are refused. A failure for
/// what is not an image or is cut short; it says why without naming the file.
Result<Image> decodeImage(const std::filesystem::path& path);

}  // namespace qs
