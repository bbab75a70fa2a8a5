#include "data/formats/idx_file.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace qs {

namespace {

constexpr uint8_t kUnsignedByte = 8;
constexpr int64_t kDeflateMostGain = 1032;  ///< bytes that one byte of a deflate stream can become

using GzFile = std::unique_ptr<gzFile_s, int (*)(gzFile)>;

constexpr int64_t kMostBytes = int64_t(4) << 30;

bool readExactly(gzFile file, void* to, size_t bytes) {
    constexpr size_t kChunk = size_t(1) << 30;
    auto* out = static_cast<uint8_t*>(to);
    while (bytes > 0) {
        const auto wanted = unsigned(std::min(bytes, kChunk));
        const int got = gzread(file, out, wanted);
        if (got <= 0) {
            return false;
        }
        out += got;
        bytes -= size_t(got);
    }
    return true;
}

uint32_t bigEndian(const uint8_t* bytes) {
    return uint32_t(bytes[0]) << 24 | uint32_t(bytes[1]) << 16 | uint32_t(bytes[2]) << 8 | uint32_t(bytes[3]);
}

class IdxSource : public ImageSource {
  public:
    IdxSource(IdxArray array, std::string path) : array_(std::move(array)), path_(std::move(path)) {
        fileId_ = fileId(path_);
    }

    int64_t size() const override { return array_.shape[0]; }
    Result<Image> load(int64_t index) const override {
        Image image(int(array_.shape[2]), int(array_.shape[1]), 1);
        std::copy_n(array_.values.begin() + index * ptrdiff_t(image.pixels.size()), image.pixels.size(),
                    image.pixels.begin());
        return image;
    }
    std::string name(int64_t index) const override { return path_ + "#" + std::to_string(index); }
    std::string id(int64_t index) const override { return fileId_ + "#" + std::to_string(index); }

  private:
    IdxArray array_;
    std::string path_;
    std::string fileId_;
};

}  // namespace

Result<IdxArray> readIdx(const std::filesystem::path& path, int rank) {
    std::error_code error;
    const auto fileBytes = int64_t(std::filesystem::file_size(path, error));
    const GzFile file(error ? nullptr : gzopen(path.c_str(), "rb"), gzclose);
    if (!file) {
        return failure("cannot read " + path.string() + ": " +
                       (error ? error.message() : std::strerror(errno)));
    }
    std::array<uint8_t, 4> magic{};
    std::vector<uint8_t> sizes(size_t(rank) * 4);
    if (!readExactly(file.get(), magic.data(), magic.size()) || magic[0] != 0 || magic[1] != 0 ||
        magic[2] != kUnsignedByte || magic[3] != rank ||
        !readExactly(file.get(), sizes.data(), sizes.size())) {
        return failure(path.string() + " is not an IDX file of unsigned bytes with " + std::to_string(rank) +
                       (rank == 1 ? " dimension" : " dimensions"));
    }
    IdxArray array;
    int64_t count = 1;
    for (int i = 0; i < rank; ++i) {
        array.shape.push_back(bigEndian(&sizes[size_t(i) * 4]));
        if (__builtin_mul_overflow(count, array.shape.back(), &count) ||
            count > fileBytes * kDeflateMostGain) {
            return failure(path.string() + " promises more values than a file of its size can hold");
        }
    }
    if (count > kMostBytes) {
        return failure(path.string() + " unpacks to more than 4 GiB: split it, or use an image folder");
    }
    array.values.resize(size_t(count));
    if (!readExactly(file.get(), array.values.data(), array.values.size())) {
        return failure(path.string() + " is truncated or damaged: it promises " + std::to_string(count) +
                       " values");
    }
    return array;
}

Result<IdxImages> readIdxImages(const std::filesystem::path& imagesPath,
                                const std::filesystem::path& labelsPath) {
    QS_ASSIGN(IdxArray images, readIdx(imagesPath, 3));
    if (images.values.empty()) {
        return failure("no images in " + imagesPath.string());
    }
    IdxImages result;
    if (!labelsPath.empty()) {
        QS_ASSIGN(const IdxArray labels, readIdx(labelsPath, 1));
        if (labels.shape[0] != images.shape[0]) {
            return failure(imagesPath.string() + " holds " + std::to_string(images.shape[0]) +
                           " images but " + labelsPath.string() + " " + std::to_string(labels.shape[0]) +
                           " labels");
        }
        result.labels.assign(labels.values.begin(), labels.values.end());
    }
    result.images = std::make_unique<IdxSource>(std::move(images), imagesPath.string());
    return result;
}

}  // namespace qs
