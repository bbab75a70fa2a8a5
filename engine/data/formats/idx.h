#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/result.h"

namespace qs {

/// An array of unsigned bytes as in an IDX file: shape, then values in C order.
struct IdxArray {
    std::vector<int64_t> shape;
    std::vector<uint8_t> values;
};

/// Reads an IDX file of unsigned bytes, gzipped or plain, of `rank` dimensions. Never allocates more than a
/// file of its size can hold.
Result<IdxArray> readIdx(const std::filesystem::path& path, int rank);

}  // namespace qs
