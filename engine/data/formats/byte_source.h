#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "core/result.h"

namespace qs {

/// Bytes that can be read at any place, from several threads at once.
class ByteSource {
  public:
    virtual ~ByteSource() = default;
    virtual int64_t size() const = 0;
    /// Copies [offset, offset + bytes) to `to`. A failure says why, without the file's name.
    virtual Status read(int64_t offset, void* to, int64_t bytes) const = 0;
};

/// A file, or `size` bytes of it from `offset` on (size -1: to its end). A failure names the file.
Result<std::shared_ptr<const ByteSource>> openBytes(const std::filesystem::path& path, int64_t offset = 0,
                                                    int64_t size = -1);

std::shared_ptr<const ByteSource> bytesInMemory(std::vector<char> bytes);

}  // namespace qs
