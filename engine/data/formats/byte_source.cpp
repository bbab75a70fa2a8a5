#include "data/formats/byte_source.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace qs {

namespace {

Error truncated() {
    return failure("truncated, or it became shorter while it was open");
}

class FileBytes : public ByteSource {
  public:
    FileBytes(int descriptor, int64_t offset, int64_t size)
        : descriptor_(descriptor), offset_(offset), size_(size) {}
    ~FileBytes() override { ::close(descriptor_); }
    FileBytes(const FileBytes&) = delete;
    FileBytes& operator=(const FileBytes&) = delete;

    int64_t size() const override { return size_; }
    Status read(int64_t offset, void* to, int64_t bytes) const override {
        if (offset < 0 || bytes < 0 || bytes > size_ - offset) {
            return truncated();
        }
        auto* out = static_cast<char*>(to);
        while (bytes > 0) {
            const ssize_t got = ::pread(descriptor_, out, size_t(bytes), offset_ + offset);
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got <= 0) {
                return got < 0 ? failure(std::strerror(errno)) : truncated();
            }
            out += got;
            offset += got;
            bytes -= got;
        }
        return {};
    }

  private:
    int descriptor_;
    int64_t offset_;
    int64_t size_;
};

class MemoryBytes : public ByteSource {
  public:
    explicit MemoryBytes(std::vector<char> bytes) : bytes_(std::move(bytes)) {}

    int64_t size() const override { return int64_t(bytes_.size()); }
    Status read(int64_t offset, void* to, int64_t bytes) const override {
        if (offset < 0 || bytes < 0 || bytes > size() - offset) {
            return truncated();
        }
        std::memcpy(to, bytes_.data() + offset, size_t(bytes));
        return {};
    }

  private:
    std::vector<char> bytes_;
};

}  // namespace

Result<std::shared_ptr<const ByteSource>> openBytes(const std::filesystem::path& path, int64_t offset,
                                                    int64_t size) {
    std::error_code error;
    const auto fileBytes = int64_t(std::filesystem::file_size(path, error));
    const int descriptor = error ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return failure("cannot read " + path.string() + ": " +
                       (error ? error.message() : std::strerror(errno)));
    }
    auto bytes = std::make_shared<const FileBytes>(descriptor, offset, size < 0 ? fileBytes - offset : size);
    if (offset < 0 || offset > fileBytes || bytes->size() > fileBytes - offset) {
        return failure(path.string() + " is truncated or damaged");
    }
    return std::shared_ptr<const ByteSource>(std::move(bytes));
}

std::shared_ptr<const ByteSource> bytesInMemory(std::vector<char> bytes) {
    return std::make_shared<const MemoryBytes>(std::move(bytes));
}

}  // namespace qs
