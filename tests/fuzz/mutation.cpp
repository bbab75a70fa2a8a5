#include "fuzz/mutation.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <stdexcept>

namespace qs::test {

namespace {

using Random = std::mt19937_64;

/// In [0, limit). Not std::uniform_int_distribution, whose numbers differ between standard libraries.
size_t below(Random& random, size_t limit) {
    return limit == 0 ? 0 : static_cast<size_t>(random() % limit);
}

void flipBits(std::string& bytes, Random& random) {
    for (size_t count = 1 + below(random, 8); count > 0; --count) {
        bytes[below(random, bytes.size())] ^= static_cast<char>(1 << below(random, 8));
    }
}

void overwriteWithNoise(std::string& bytes, Random& random) {
    const size_t begin = below(random, bytes.size());
    const size_t end = std::min(bytes.size(), begin + 1 + below(random, 64));
    for (size_t i = begin; i < end; ++i) {
        bytes[i] = static_cast<char>(random());
    }
}

void overwriteWithExtreme(std::string& bytes, Random& random) {
    constexpr std::array<uint64_t, 6> kExtremes{0,          ~uint64_t(0),       0x7fffffff,
                                                0x80000000, 0x7fffffffffffffff, uint64_t(1) << 40};
    const uint64_t extreme = kExtremes[below(random, kExtremes.size())];
    const size_t width = size_t(1) << below(random, 4);
    const size_t begin = below(random, bytes.size());
    std::memcpy(bytes.data() + begin, &extreme, std::min(width, bytes.size() - begin));
}

void spliceChunk(std::string& bytes, Random& random, bool keep, bool insert) {
    const size_t begin = below(random, bytes.size());
    const std::string chunk = bytes.substr(begin, 1 + below(random, 1 + bytes.size() / 4));
    if (!keep) {
        bytes.erase(begin, chunk.size());
    }
    if (insert) {
        bytes.insert(below(random, bytes.size() + 1), chunk);
    }
}

void put(std::string& bytes, uint64_t number, size_t width) {
    for (size_t i = 0; i < width; ++i) {
        bytes.push_back(static_cast<char>(number));
        number >>= 8;
    }
}

uint64_t get(const std::string& bytes, size_t at, size_t width) {
    if (at + width > bytes.size()) {
        throw std::invalid_argument("zip archive: cut off");
    }
    uint64_t number = 0;
    for (size_t i = width; i > 0; --i) {
        number = number << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
    }
    return number;
}

/// The content of a member that is `size` bytes large.
std::string unpack(const std::string& packed, uint64_t method, size_t size) {
    if (method == 0) {
        return packed;
    }
    std::string content(size, '\0');
    z_stream stream{};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(content.data());
    stream.avail_out = static_cast<uInt>(content.size());
    inflateInit2(&stream, -15);
    const int ended = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (ended != Z_STREAM_END) {
        throw std::invalid_argument("zip archive: a member cannot be unpacked");
    }
    return content;
}

constexpr uint32_t kLocalHeader = 0x04034b50;
constexpr uint32_t kDirectoryEntry = 0x02014b50;
constexpr uint32_t kEndOfDirectory = 0x06054b50;

/// What a local header and a directory entry have in common, from the version needed to the extra length.
void putDescription(std::string& bytes, const ZipEntry& entry) {
    const auto checksum = ::crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()),
                                  static_cast<uInt>(entry.content.size()));
    put(bytes, 20, 2);
    put(bytes, 0, 2);  // flags
    put(bytes, 0, 2);  // stored
    put(bytes, 0, 4);  // time
    put(bytes, checksum, 4);
    put(bytes, entry.content.size(), 4);
    put(bytes, entry.content.size(), 4);
    put(bytes, entry.name.size(), 2);
    put(bytes, 0, 2);  // extra
}

}  // namespace

std::string mutate(const std::string& bytes, uint64_t seed) {
    Random random(seed);
    std::string damaged = bytes;
    if (bytes.empty()) {
        return damaged;
    }
    switch (below(random, 7)) {
        case 0:
            damaged.resize(below(random, bytes.size()));
            break;
        case 1:
            overwriteWithNoise(damaged, random);
            break;
        case 2:
            overwriteWithExtreme(damaged, random);
            break;
        case 3:
            spliceChunk(damaged, random, true, true);
            break;
        case 4:
            spliceChunk(damaged, random, false, false);
            break;
        case 5:
            spliceChunk(damaged, random, false, true);
            break;
        default:
            flipBits(damaged, random);
            break;
    }
    return damaged;
}

std::vector<ZipEntry> readZip(const std::string& bytes) {
    const std::string mark = "PK\x05\x06";
    const size_t end = bytes.rfind(mark);
    if (end == std::string::npos) {
        throw std::invalid_argument("no zip archive");
    }
    std::vector<ZipEntry> entries;
    size_t at = get(bytes, end + 16, 4);
    for (uint64_t left = get(bytes, end + 10, 2); left > 0; --left) {
        if (get(bytes, at, 4) != kDirectoryEntry) {
            throw std::invalid_argument("zip archive: no directory");
        }
        const size_t packed = get(bytes, at + 20, 4), size = get(bytes, at + 24, 4);
        const size_t nameLength = get(bytes, at + 28, 2);
        const size_t header = get(bytes, at + 42, 4);
        const size_t content = header + 30 + get(bytes, header + 26, 2) + get(bytes, header + 28, 2);
        entries.push_back({bytes.substr(at + 46, nameLength),
                           unpack(bytes.substr(content, packed), get(bytes, at + 10, 2), size)});
        at += 46 + nameLength + get(bytes, at + 30, 2) + get(bytes, at + 32, 2);
    }
    return entries;
}

std::string writeStoredZip(const std::vector<ZipEntry>& entries) {
    std::string bytes, directory;
    for (const ZipEntry& entry : entries) {
        put(directory, kDirectoryEntry, 4);
        put(directory, 20, 2);
        putDescription(directory, entry);
        put(directory, 0, 2 + 2 + 2 + 4);  // comment, disk, attributes
        put(directory, bytes.size(), 4);
        directory += entry.name;
        put(bytes, kLocalHeader, 4);
        putDescription(bytes, entry);
        bytes += entry.name + entry.content;
    }
    const size_t start = bytes.size();
    bytes += directory;
    put(bytes, kEndOfDirectory, 4);
    put(bytes, 0, 4);  // disks
    put(bytes, entries.size(), 2);
    put(bytes, entries.size(), 2);
    put(bytes, directory.size(), 4);
    put(bytes, start, 4);
    put(bytes, 0, 2);  // comment
    return bytes;
}

std::string mutateMember(const std::string& archive, uint64_t seed) {
    std::vector<ZipEntry> entries = readZip(archive);
    Random random(seed ^ 0x9e3779b97f4a7c15);
    std::string& content = entries[below(random, entries.size())].content;
    content = mutate(content, seed);
    return writeStoredZip(entries);
}

}  // namespace qs::test
