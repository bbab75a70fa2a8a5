#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/result.h"
#include "data/formats/image_dataset.h"

namespace qs {

/// An array of unsigned bytes as in an IDX file: shape, then values in C order.
struct IdxArray {
    std::vector<int64_t> shape;
    std::vector<uint8_t> values;
};

/// Reads an IDX file of unsigned bytes, gzipped or plain, of `rank` dimensions. Never allocates more than a
/// file of its size can hold, nor more than 4 GiB.
Result<IdxArray> readIdx(const std::filesystem::path& path, int rank);

/// The images of an IDX file with their labels. `labels` is empty where no labels file was given.
struct IdxImages {
    std::unique_ptr<ImageSource> images;
    std::vector<int64_t> labels;
};

/// Reads N x H x W grey images and, unless `labelsPath` is empty, N labels. A failure where there are no
/// images or the numbers differ.
Result<IdxImages> readIdxImages(const std::filesystem::path& imagesPath,
                                const std::filesystem::path& labelsPath);

}  // namespace qs
