#include "fuzz/zip.h"

#include <zlib.h>

#include <stdexcept>

#include "fuzz/mutation.h"
#include "fuzz/random.h"

namespace qs::test {

namespace {

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
    return mutateMember(archive, "", seed, mutate);
}

std::string mutateMember(const std::string& archive, const std::string& suffix, uint64_t seed,
                         const std::function<std::string(const std::string&, uint64_t)>& how) {
    std::vector<ZipEntry> entries = readZip(archive);
    std::vector<ZipEntry*> candidates;
    for (ZipEntry& entry : entries) {
        if (entry.name.ends_with(suffix)) {
            candidates.push_back(&entry);
        }
    }
    if (candidates.empty()) {
        throw std::invalid_argument("zip archive: no member ends in " + suffix);
    }
    std::string& content = Random(seed ^ 0x9e3779b97f4a7c15).pick(candidates)->content;
    content = how(content, seed);
    return writeStoredZip(entries);
}

}  // namespace qs::test
