#include "data/formats/idx.h"

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
    array.values.resize(size_t(count));
    if (!readExactly(file.get(), array.values.data(), array.values.size())) {
        return failure(path.string() + " is truncated or damaged: it promises " + std::to_string(count) +
                       " values");
    }
    return array;
}

}  // namespace qs
