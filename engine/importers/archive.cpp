#include "importers/archive.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/presentable.h"

namespace qs {

namespace {

// Format: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 to 4.3.16
// (end records), 4.5.3 (zip64 extra field).
constexpr uint32_t kLocalHeader = 0x04034b50;
constexpr uint32_t kCentralHeader = 0x02014b50;
constexpr uint32_t kEndRecord = 0x06054b50;
constexpr uint32_t kZip64Locator = 0x07064b50;
constexpr uint32_t kZip64End = 0x06064b50;
constexpr size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kLocatorSize = 20, kZip64EndSize = 56;
constexpr size_t kMostComment = 65535;
constexpr uint64_t kMostDirectory = uint64_t{256} << 20;
constexpr uint64_t kMostUnpacked = uint64_t{64} << 20;
constexpr size_t kChunk = size_t{1} << 20;
constexpr uint16_t kStored = 0, kDeflated = 8;

/// Little-endian numbers in a byte string; the caller checks the length.
template <typename T>
T number(const std::string& bytes, size_t at) {
    T value = 0;
    for (size_t i = 0; i < sizeof(T); ++i) {
        value |= static_cast<T>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    }
    return value;
}

struct Member {
    std::string name;
    uint16_t method = 0;
    uint32_t crc = 0;
    uint64_t packed = 0;
    uint64_t unpacked = 0;
    uint64_t header = 0;  ///< offset of the local header
};

class Zip {
  public:
    explicit Zip(const std::filesystem::path& path) : in_(path, std::ios::binary) {
        in_.seekg(0, std::ios::end);
        size_ = in_ ? static_cast<uint64_t>(in_.tellg()) : 0;
    }

    /// The table of contents; nothing where it cannot be read.
    std::optional<std::vector<Member>> members() {
        const auto directory = findDirectory();
        return directory ? readDirectory(*directory) : std::nullopt;
    }

    /// What is wrong with the archive, or nothing.
    std::optional<std::string> problem() {
        const auto directory = findDirectory();
        if (!directory) {
            return "its end is missing";
        }
        const auto members = readDirectory(*directory);
        if (!members) {
            return "its table of contents cannot be read";
        }
        uint64_t unpacked = 0;
        for (const auto& member : *members) {
            unpacked += member.method == kStored ? 0 : member.unpacked;
        }
        if (unpacked > kMostUnpacked) {
            return "it would unpack to " + std::to_string(unpacked >> 20) + " MiB";
        }
        for (const auto& member : *members) {
            if (const auto wrong = check(member)) {
                return "its member " + presentable(member.name) + ' ' + *wrong;
            }
        }
        return std::nullopt;
    }

  private:
    struct Directory {
        uint64_t offset = 0, size = 0, entries = 0;
    };

    std::optional<std::string> bytes(uint64_t offset, uint64_t count) {
        if (offset > size_ || count > size_ - offset) {
            return std::nullopt;
        }
        std::string result(count, '\0');
        in_.clear();
        in_.seekg(static_cast<std::streamoff>(offset));
        in_.read(result.data(), static_cast<std::streamsize>(count));
        return in_ ? std::optional(std::move(result)) : std::nullopt;
    }

    std::optional<Directory> findDirectory() {
        const uint64_t span = std::min<uint64_t>(size_, kEndSize + kMostComment);
        const auto tail = bytes(size_ - span, span);
        if (!tail || span < kEndSize) {
            return std::nullopt;
        }
        for (size_t at = tail->size() - kEndSize + 1; at-- > 0;) {
            if (number<uint32_t>(*tail, at) != kEndRecord) {
                continue;
            }
            const uint64_t end = size_ - span + at;
            if (const auto zip64 = findZip64(end)) {
                return zip64;
            }
            return Directory{number<uint32_t>(*tail, at + 16), number<uint32_t>(*tail, at + 12),
                             number<uint16_t>(*tail, at + 10)};
        }
        return std::nullopt;
    }

    std::optional<Directory> findZip64(uint64_t end) {
        const auto locator = end >= kLocatorSize ? bytes(end - kLocatorSize, kLocatorSize) : std::nullopt;
        if (!locator || number<uint32_t>(*locator, 0) != kZip64Locator) {
            return std::nullopt;
        }
        const auto record = bytes(number<uint64_t>(*locator, 8), kZip64EndSize);
        if (!record || number<uint32_t>(*record, 0) != kZip64End) {
            return std::nullopt;
        }
        return Directory{number<uint64_t>(*record, 48), number<uint64_t>(*record, 40),
                         number<uint64_t>(*record, 32)};
    }

    std::optional<std::vector<Member>> readDirectory(const Directory& directory) {
        const auto table =
            directory.size <= kMostDirectory ? bytes(directory.offset, directory.size) : std::nullopt;
        if (!table || directory.entries > table->size() / kCentralSize) {
            return std::nullopt;
        }
        std::vector<Member> members;
        size_t at = 0;
        for (uint64_t i = 0; i < directory.entries; ++i) {
            if (at + kCentralSize > table->size() || number<uint32_t>(*table, at) != kCentralHeader) {
                return std::nullopt;
            }
            const size_t name = number<uint16_t>(*table, at + 28), extra = number<uint16_t>(*table, at + 30),
                         comment = number<uint16_t>(*table, at + 32);
            if (at + kCentralSize + name + extra + comment > table->size()) {
                return std::nullopt;
            }
            Member member{table->substr(at + kCentralSize, name), number<uint16_t>(*table, at + 10),
                          number<uint32_t>(*table, at + 16),      number<uint32_t>(*table, at + 20),
                          number<uint32_t>(*table, at + 24),      number<uint32_t>(*table, at + 42)};
            readZip64Extra(*table, at + kCentralSize + name, extra, member);
            members.push_back(std::move(member));
            at += kCentralSize + name + extra + comment;
        }
        return members;
    }

    /// Sizes that do not fit 32 bits stand in the extra field, in this order, only those that do not fit.
    static void readZip64Extra(const std::string& table, size_t begin, size_t length, Member& member) {
        size_t at = begin;
        while (at + 4 <= begin + length) {
            const auto id = number<uint16_t>(table, at);
            const size_t size = number<uint16_t>(table, at + 2);
            size_t next = at + 4;
            const size_t end = std::min(next + size, begin + length);
            if (id == 1) {
                for (uint64_t* field : {&member.unpacked, &member.packed, &member.header}) {
                    if (*field == UINT32_MAX && next + 8 <= end) {
                        *field = number<uint64_t>(table, next);
                        next += 8;
                    }
                }
                return;
            }
            at = next + size;
        }
    }

    std::optional<std::string> check(const Member& member) {
        const auto header = bytes(member.header, kLocalSize);
        if (!header || number<uint32_t>(*header, 0) != kLocalHeader) {
            return "is not where the table of contents says";
        }
        const uint64_t begin =
            member.header + kLocalSize + number<uint16_t>(*header, 26) + number<uint16_t>(*header, 28);
        if (begin > size_ || member.packed > size_ - begin) {
            return "is cut off";
        }
        if (member.method == kStored) {
            return member.packed == member.unpacked && storedCrc(begin, member.packed) == member.crc
                       ? std::nullopt
                       : std::optional<std::string>("does not match its checksum");
        }
        if (member.method != kDeflated) {
            return "is packed in a way that TorchScript does not use";
        }
        return deflatedCrc(begin, member) == member.crc
                   ? std::nullopt
                   : std::optional<std::string>("does not match its checksum");
    }

    std::optional<uint32_t> storedCrc(uint64_t begin, uint64_t count) {
        buffer_.resize(kChunk);
        in_.clear();
        in_.seekg(static_cast<std::streamoff>(begin));
        uint32_t crc = 0;
        while (count > 0) {
            const auto part = static_cast<std::streamsize>(std::min<uint64_t>(count, kChunk));
            if (!in_.read(buffer_.data(), part)) {
                return std::nullopt;
            }
            crc = libdeflate_crc32(crc, buffer_.data(), static_cast<size_t>(part));
            count -= static_cast<uint64_t>(part);
        }
        return crc;
    }

    std::optional<uint32_t> deflatedCrc(uint64_t begin, const Member& member) {
        const auto packed = bytes(begin, member.packed);
        std::string unpacked(member.unpacked, '\0');
        const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
            libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
        const bool done = packed && libdeflate_deflate_decompress(
                                        decompressor.get(), packed->data(), packed->size(), unpacked.data(),
                                        unpacked.size(), nullptr) == LIBDEFLATE_SUCCESS;
        return done ? std::optional(libdeflate_crc32(0, unpacked.data(), unpacked.size())) : std::nullopt;
    }

    std::ifstream in_;
    uint64_t size_ = 0;
    std::string buffer_;
};

}  // namespace

Status checkZip(const std::filesystem::path& path) {
    if (const auto problem = Zip(path).problem()) {
        return failure(path.string() + " is damaged or truncated: " + *problem);
    }
    return {};
}

Result<std::map<std::string, uint64_t>> zipSizes(const std::filesystem::path& path) {
    const auto members = Zip(path).members();
    if (!members) {
        return failure(path.string() + " is damaged or truncated: its table of contents cannot be read");
    }
    std::map<std::string, uint64_t> sizes;
    for (const Member& member : *members) {
        sizes.emplace(member.name, member.unpacked);
    }
    return sizes;
}

}  // namespace qs
