#include "data/formats/npz_file.h"

#include <minizip/unzip.h>

#include <algorithm>
#include <array>
#include <limits>

namespace qs {

namespace {

constexpr ZPOS64_T kMostMembers = 1024;
constexpr int64_t kMostUnpacked = int64_t(2) << 30;
constexpr int64_t kDeflateMostGain = 1032;  ///< bytes that one byte of a deflate stream can become
constexpr size_t kChunk = size_t(1) << 20;
constexpr uLong kStored = 0;
constexpr uLong kDeflated = Z_DEFLATED;
constexpr uLong kEncrypted = 1;

struct Closer {
    void operator()(void* archive) const { unzClose(archive); }
};
using Archive = std::unique_ptr<void, Closer>;

class Reader {
  public:
    explicit Reader(std::filesystem::path path)
        : path_(std::move(path)), archive_(unzOpen64(path_.c_str())) {}

    Result<std::vector<NpzMember>> readAll() {
        unz_global_info64 global{};
        if (!archive_ || unzGetGlobalInfo64(archive_.get(), &global) != UNZ_OK) {
            return failure(path_.string() + " is not an .npz file, or is truncated");
        }
        if (global.number_entry == 0 || global.number_entry > kMostMembers) {
            return failure(path_.string() + " holds " + std::to_string(global.number_entry) +
                           " arrays, expected 1 to " + std::to_string(kMostMembers));
        }
        std::vector<NpzMember> members;
        int state = unzGoToFirstFile(archive_.get());
        for (; state == UNZ_OK; state = unzGoToNextFile(archive_.get())) {
            QS_ASSIGN(NpzMember member, readMember());
            members.push_back(std::move(member));
        }
        if (state != UNZ_END_OF_LIST_OF_FILE || members.size() != global.number_entry) {
            return failure(path_.string() + " is truncated or damaged: its list of arrays cannot be read");
        }
        return members;
    }

  private:
    Result<NpzMember> readMember() {
        std::array<char, 512> name{};
        unz_file_info64 info{};
        if (unzGetCurrentFileInfo64(archive_.get(), &info, name.data(), name.size() - 1, nullptr, 0, nullptr,
                                    0) != UNZ_OK) {
            return failure(path_.string() + " is truncated or damaged: its list of arrays cannot be read");
        }
        const std::string member = name.data();
        const std::string full = path_.string() + "/" + member;
        if (!member.ends_with(".npy")) {
            return failure(full + " is not an .npy array: expected a file that numpy.savez wrote");
        }
        if ((info.flag & kEncrypted) != 0 ||
            (info.compression_method != kStored && info.compression_method != kDeflated)) {
            return failure(full + " is encrypted or packed by a method other than deflate: use numpy.savez");
        }
        QS_ASSIGN(std::shared_ptr<const ByteSource> bytes,
                  info.compression_method == kStored ? locate(full, info) : unpack(full, info));
        QS_ASSIGN(NpyFile array, NpyFile::open(std::move(bytes), full));
        return NpzMember{member.substr(0, member.size() - 4), std::move(array)};
    }

    static Error damaged(const std::string& full) { return failure(full + " is truncated or damaged"); }

    /// The bytes of a stored member, in the file itself.
    Result<std::shared_ptr<const ByteSource>> locate(const std::string& full, const unz_file_info64& info) {
        if (info.compressed_size != info.uncompressed_size || unzOpenCurrentFile(archive_.get()) != UNZ_OK) {
            return damaged(full);
        }
        const auto offset = int64_t(unzGetCurrentFileZStreamPos64(archive_.get()));
        unzCloseCurrentFile(archive_.get());
        if (offset <= 0 || info.uncompressed_size > uint64_t(std::numeric_limits<int64_t>::max())) {
            return damaged(full);
        }
        auto bytes = openBytes(path_, offset, int64_t(info.uncompressed_size));
        return bytes ? std::move(bytes) : damaged(full);
    }

    Result<std::shared_ptr<const ByteSource>> unpack(const std::string& full, const unz_file_info64& info) {
        std::error_code error;
        const auto fileBytes = std::filesystem::file_size(path_, error);
        if (error || info.compressed_size > fileBytes ||
            info.uncompressed_size / kDeflateMostGain > info.compressed_size) {
            return failure(full + " promises more values than a file of its size can hold");
        }
        if (info.uncompressed_size > uint64_t(kMostUnpacked - unpacked_)) {
            return failure(full +
                           " unpacks to more than 2 GiB: save it with numpy.savez, which does not compress");
        }
        if (unzOpenCurrentFile(archive_.get()) != UNZ_OK) {
            return damaged(full);
        }
        std::vector<char> bytes;
        const bool whole = inflate(size_t(info.uncompressed_size), bytes);
        // Closing checks the CRC.
        if (unzCloseCurrentFile(archive_.get()) != UNZ_OK || !whole) {
            return damaged(full);
        }
        unpacked_ += int64_t(bytes.size());
        return bytesInMemory(std::move(bytes));
    }

    /// Whether the current member unpacks to exactly `size` bytes.
    bool inflate(size_t size, std::vector<char>& bytes) {
        while (bytes.size() < size) {
            const size_t had = bytes.size();
            bytes.resize(std::min(had + kChunk, size));
            const int got =
                unzReadCurrentFile(archive_.get(), bytes.data() + had, unsigned(bytes.size() - had));
            if (got <= 0) {
                return false;
            }
            bytes.resize(had + size_t(got));
        }
        char more = 0;
        return unzReadCurrentFile(archive_.get(), &more, 1) == 0;
    }

    std::filesystem::path path_;
    Archive archive_;
    int64_t unpacked_ = 0;
};

}  // namespace

Result<std::vector<NpzMember>> openNpzFile(const std::filesystem::path& path) {
    QS_TRY(openBytes(path));  // for the reason, where it cannot be read
    return Reader(path).readAll();
}

}  // namespace qs
