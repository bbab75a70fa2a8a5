#include <gmock/gmock.h>
#include <minizip/zip.h>

#include <cstring>
#include <random>

#include "array_bytes.h"
#include "core/files.h"
#include "dataset_fixture.h"

namespace qs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kStore = 0;
constexpr int kDeflate = 6;

class NpzTest : public DatasetTest {
  protected:
    struct Member {
        std::string name;
        std::string bytes;
    };
    std::string writeNpz(const std::vector<Member>& members, int level = kDeflate) const {
        const std::string path = (folder_ / "x.npz").string();
        const zipFile zip = zipOpen64(path.c_str(), APPEND_STATUS_CREATE);
        for (const auto& [name, bytes] : members) {
            zipOpenNewFileInZip64(zip, name.c_str(), nullptr, nullptr, 0, nullptr, 0, nullptr,
                                  level == kStore ? 0 : Z_DEFLATED, level, 0);
            zipWriteInFileInZip(zip, bytes.data(), unsigned(bytes.size()));
            zipCloseFileInZip(zip);
        }
        zipClose(zip, nullptr);
        return path;
    }
    /// Claims another unpacked size for the only member, in its local header and in the central directory.
    static void claim(const std::string& path, uint32_t bytes) {
        std::string zip = readFile(path).value();
        std::memcpy(&zip[zip.find("PK\3\4") + 22], &bytes, sizeof bytes);
        std::memcpy(&zip[zip.find("PK\1\2") + 24], &bytes, sizeof bytes);
        std::ofstream(path, std::ios::binary) << zip;
    }
    std::string errorOf(const std::string& path) const { return openError("npz:" + path).message; }
};

std::string floats(const std::string& shape, const std::vector<float>& values) {
    return npy(dictionary("<f4", shape), bytesOf(values));
}

TEST_F(NpzTest, ReadsStoredAndDeflatedMembers) {
    for (const int level : {kStore, kDeflate}) {
        const auto path =
            writeNpz({{"ids.npy", npy(dictionary("<i8", "(2, 2)"), bytesOf<int64_t>({1, 2, 3, 4}))},
                      {"mask.npy", floats("(2, 2)", {0, 1, 1, 0})},
                      {"labels.npy", npy(dictionary("<i8", "(2,)"), bytesOf<int64_t>({7, 8}))}},
                     level);
        const auto data = openDataset("npz:" + path, {});
        ASSERT_TRUE(data) << data.error().message;
        EXPECT_EQ((*data)->size(), 2);
        EXPECT_EQ((*data)->sampleInputs().at(0).name, "ids");
        EXPECT_EQ((*data)->sampleInputs().at(0).dtype, at::kLong);
        EXPECT_EQ((*data)->sampleInputs().at(1).name, "mask");
        const auto batch = (*data)->read(1, 2);
        ASSERT_TRUE(batch) << batch.error().message;
        EXPECT_EQ(batch->inputs[0][0][1].item<int64_t>(), 4);
        EXPECT_EQ(batch->inputs[1][0][0].item<float>(), 1);
        EXPECT_EQ(batch->labels[0].item<int64_t>(), 8);
    }
}

TEST_F(NpzTest, ASingleArrayMayHaveAnyName) {
    const auto data = openDataset("npz:" + writeNpz({{"arr_0.npy", floats("(1, 2)", {1, 2})}}), {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ((*data)->sampleInputs().at(0).name, "");
    EXPECT_FALSE((*data)->labelled());
}

TEST_F(NpzTest, RefusesBombs) {
    const auto zeros = writeNpz({{"x.npy", floats("(1, 100000)", std::vector<float>(100000))}});
    claim(zeros, 0xFFFFFFF0U);
    EXPECT_THAT(errorOf(zeros), HasSubstr("more values than a file of its size can hold"));

    std::mt19937 random(1);
    std::string noise(size_t(3) << 20, '\0');
    std::generate(noise.begin(), noise.end(), [&] { return char(random()); });
    const auto large = writeNpz({{"x.npy", noise}});
    claim(large, 0xC0000000U);
    EXPECT_THAT(errorOf(large), HasSubstr("more than 2 GiB"));

    const auto more = writeNpz({{"x.npy", floats("(1, 100000)", std::vector<float>(100000))}});
    claim(more, 1000);
    EXPECT_THAT(errorOf(more), HasSubstr("damaged"));

    const std::string header = npy(dictionary("<f4", "(1099511627776, 1)"), "abcd");
    EXPECT_THAT(errorOf(writeNpz({{"x.npy", header}})),
                HasSubstr("holds 4 bytes of values where its header promises"));
    EXPECT_THAT(errorOf(writeNpz({{"x.npy", header}}, kStore)), HasSubstr("promises"));
}

TEST_F(NpzTest, SaysWhatIsWrong) {
    EXPECT_EQ(openError("npz:").kind, ErrorKind::Usage);
    EXPECT_THAT(errorOf((folder_ / "missing.npz").string()), HasSubstr("cannot read"));
    EXPECT_THAT(errorOf(write("x.npz", "no zip").string()), HasSubstr("not an .npz file"));
    EXPECT_THAT(errorOf(writeNpz({{"readme.txt", "x"}})), HasSubstr("readme.txt is not an .npy array"));
    EXPECT_THAT(errorOf(writeNpz({{"labels.npy", npy(dictionary("<i8", "(1,)"), bytesOf<int64_t>({7}))}})),
                HasSubstr("no samples, only labels"));
    EXPECT_THAT(errorOf(writeNpz({{"a.npy", floats("(2, 1)", {1, 2})}, {"b.npy", floats("(1, 1)", {1})}})),
                HasSubstr("holds 1 samples"));
}

/// Every truncation and many flipped bits: an answer, never a crash. (A zip file whose last four bytes are
/// cut off still gives all its members.)
TEST_F(NpzTest, SurvivesDamage) {
    for (const int level : {kStore, kDeflate}) {
        const auto path = writeNpz({{"a.npy", floats("(2, 8)", std::vector<float>(16, 0.5F))}}, level);
        const std::string whole = readFile(path).value();
        for (size_t length = 0; length + 4 < whole.size(); ++length) {
            write("cut.npz", whole.substr(0, length));
            EXPECT_FALSE(openDataset("npz:" + (folder_ / "cut.npz").string(), {})) << length;
        }
        for (size_t i = 0; i < whole.size(); ++i) {
            std::string flipped = whole;
            flipped[i] = char(flipped[i] ^ (1 << (i % 8)));
            write("flipped.npz", flipped);
            if (const auto data = openDataset("npz:" + (folder_ / "flipped.npz").string(), {})) {
                (void)(*data)->read(0, 2);
            }
        }
    }
}

}  // namespace
}  // namespace qs
