// Damaged data files: each opens and reads, or is refused in one line.

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>

#include "data/dataset.h"
#include "fuzz/fuzz_fixture.h"
#include "fuzz/message_check.h"
#include "fuzz/mutation.h"
#include "fuzz/source_mutation.h"
#include "fuzz/zip.h"

namespace qs::test {

namespace {

/// A file of one data format, opened as "<format>:<file>".
struct DataFile {
    const char* format;
    const char* name;
    std::string (*bytes)();
};

std::string ramp(size_t count) {
    std::string bytes(count, '\0');
    for (size_t i = 0; i < count; ++i) {
        bytes[i] = static_cast<char>(i * 31);
    }
    return bytes;
}

std::string npy() {
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (6, 3, 4, 4), }";
    header.resize(117, ' ');
    header += '\n';
    return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header +
           std::string(6 * 3 * 4 * 4 * 4, '\0');
}

std::string npz() {
    return writeStoredZip({{"image.npy", npy()}, {"mask.npy", npy()}});
}

std::string idx() {
    const std::string extents("\0\0\0\x06\0\0\0\x05\0\0\0\x05", 12);
    return std::string("\0\0\x08\x03", 4) + extents + ramp(6 * 5 * 5);
}

std::string idxGzipped() {
    const std::string plain = idx();
    std::string packed(1000, '\0');
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream.avail_in = static_cast<uInt>(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::string cifar10() {
    const std::string record = '\3' + ramp(3072);  // a class and 3 x 32 x 32 pixels
    return record + record;
}

std::string cifar100() {
    const std::string record = std::string("\1\3") + ramp(3072);  // a superclass before the class
    return record + record;
}

class FuzzData : public FuzzTest, public ::testing::WithParamInterface<DataFile> {
  protected:
    void SetUp() override {
        if (!datasetFormats().find(GetParam().format)) {
            GTEST_SKIP() << "no data format " << GetParam().format;
        }
    }

    /// Opens the file and reads all of it; what is wrong with the answer, or nothing.
    static std::string read(const std::filesystem::path& path) {
        const std::string source = std::string(GetParam().format) + ":" + path.string();
        const auto data = openDataset(source, {});
        if (!data) {
            return complaintAbout(data.error().message);
        }
        for (int64_t begin = 0; begin < std::min<int64_t>((*data)->size(), 64); begin += 4) {
            if (const auto batch = (*data)->read(begin, begin + 4); !batch) {
                return complaintAbout(batch.error().message);
            }
        }
        return "";
    }
};

TEST_P(FuzzData, TheWholeFileReads) {
    const auto path = write(GetParam().name, GetParam().bytes());
    const auto data = openDataset(std::string(GetParam().format) + ":" + path.string(), {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_GT((*data)->size(), 0);
}

TEST_P(FuzzData, Mutated) {
    const std::string whole = GetParam().bytes();
    expectWell({mutations(), GetParam().name, [&](uint64_t seed) { return mutate(whole, seed); }}, read);
}

/// Headers in text: shapes and types.
TEST_P(FuzzData, NumbersMutated) {
    const std::string whole = GetParam().bytes();
    expectWell({mutations(), GetParam().name,
                [&](uint64_t seed) {
                    return whole.starts_with("PK") ? mutateMember(whole, "", seed, mutateNumbers)
                                                   : mutateNumbers(whole, seed);
                }},
               read);
}

TEST_P(FuzzData, TruncatedAtEveryTenth) {
    const std::string whole = GetParam().bytes();
    expectWell(
        {10, GetParam().name, [&](uint64_t tenth) { return whole.substr(0, whole.size() * tenth / 10); }},
        read);
}

INSTANTIATE_TEST_SUITE_P(Formats, FuzzData,
                         ::testing::Values(DataFile{"npy", "x.npy", npy}, DataFile{"npz", "x.npz", npz},
                                           DataFile{"idx", "images-idx3-ubyte", idx},
                                           DataFile{"idx", "images-idx3-ubyte.gz", idxGzipped},
                                           DataFile{"cifar10", "test_batch.bin", cifar10},
                                           DataFile{"cifar100", "test.bin", cifar100}),
                         [](const auto& info) {
                             std::string name = info.param.name;
                             std::replace_if(
                                 name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
                             return name;
                         });

}  // namespace

}  // namespace qs::test
