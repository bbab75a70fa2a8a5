#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/formats/npy_file.h"

namespace qs {

struct NpzMember {
    std::string name;  ///< without ".npy"
    NpyFile array;
};

/// The arrays of an .npz file (a zip of .npy files) in the order in which they were saved. Stored members
/// stay on disk; compressed ones are unpacked to memory, 2 GiB in all at most. Nothing is allocated for sizes
/// that are only promised.
Result<std::vector<NpzMember>> openNpzFile(const std::filesystem::path& path);

}  // namespace qs
