#include <gmock/gmock.h>

#include "array_bytes.h"
#include "data/subset.h"
#include "dataset_fixture.h"

namespace qs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class IdxTest : public DatasetTest {};

TEST_F(IdxTest, ReadsPlainAndGzippedFiles) {
    const auto images = write("t10k-images", idx({2, 2, 3}, "abcdefghijkl")).string();
    const auto labels = writeGz("t10k-labels.gz", idx({2}, {3, 200 - 256})).string();
    const auto data = openDataset("idx:" + images + "," + labels, {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_THAT((*data)->sampleInputs().at(0).shape, ElementsAre(1, 2, 3));
    EXPECT_THAT((*data)->sampleClasses(), ElementsAre(3, 200));
    EXPECT_FLOAT_EQ((*data)->read(1, 2)->inputs[0].flatten()[0].item<float>(), 'g' / 255.0F);
    EXPECT_EQ((*data)->calibrationSource(), "");
    const auto unlabelled = openDataset("idx:" + images, {});
    ASSERT_TRUE(unlabelled) << unlabelled.error().message;
    EXPECT_FALSE((*unlabelled)->labelled());
}

TEST_F(IdxTest, NamesTheTrainingSplitAsItsPartner) {
    const auto images = write("t10k-images", idx({1, 1, 1}, "a")).string();
    write("train-images", idx({1, 1, 1}, "a"));
    const auto data = openDataset("idx:" + images, {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ((*data)->calibrationSource(), "idx:" + (folder_ / "train-images").string());
    EXPECT_TRUE(openDataset((*data)->calibrationSource(), {}));
}

TEST_F(IdxTest, SaysWhatIsWrong) {
    const std::string image = idx({1, 2, 2}, "abcd");
    const auto labels = write("labels", idx({1}, {5})).string();
    EXPECT_EQ(openError("idx:").kind, ErrorKind::Usage);
    EXPECT_EQ(openError("idx:x,").kind, ErrorKind::Usage);
    EXPECT_THAT(openError("idx:" + (folder_ / "no").string()).message, HasSubstr("cannot read"));
    EXPECT_THAT(openError("idx:" + labels).message, HasSubstr("not an IDX file of unsigned bytes with 3"));
    const auto images = writeGz("images.gz", image);
    const auto named = openDataset(protocol::DataSpec{
        "idx:" + images.string() + "," + labels, {}, write("names.txt", "a\nb\n").string()});
    ASSERT_FALSE(named);
    EXPECT_THAT(named.error().message, HasSubstr("sample 0 has label 5, outside 0..1"));
    std::filesystem::resize_file(images, std::filesystem::file_size(images) - 12);
    EXPECT_THAT(openError("idx:" + images.string()).message, HasSubstr("truncated"));
}

class CifarTest : public DatasetTest {
  protected:
    static std::string record(const std::string& labels, char red, char green, char blue) {
        return labels + std::string(1024, red) + std::string(1024, green) + std::string(1024, blue);
    }
};

TEST_F(CifarTest, ReadsRecordsOfBothSplits) {
    write("c/test_batch.bin", record({3}, char(255), 0, 0) + record({9}, 0, 0, char(255)));
    protocol::Preprocessing plain;
    plain.mean = {0};
    plain.std = {1};
    const auto folder = (folder_ / "c").string();
    const auto test = openDataset("cifar10:" + folder, plain);
    ASSERT_TRUE(test) << test.error().message;
    EXPECT_EQ((*test)->size(), 2);
    EXPECT_THAT((*test)->sampleInputs().at(0).shape, ElementsAre(3, 32, 32));
    EXPECT_THAT((*test)->sampleClasses(), ElementsAre(3, 9));
    const at::Tensor pixels = (*test)->read(0, 2)->inputs[0];
    EXPECT_EQ(pixels[0][0].min().item<float>(), 1);
    EXPECT_EQ(pixels[0][2].max().item<float>(), 0);
    EXPECT_EQ(pixels[1][2].min().item<float>(), 1);
    EXPECT_EQ((*test)->calibrationSource(), "");

    for (const char* i : {"1", "2", "3", "4", "5"}) {
        write("c/data_batch_" + std::string(i) + ".bin", record({char(i[0] - '0')}, 1, 2, 3));
    }
    write("c/batches.meta.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
    const auto again = openDataset("cifar10:" + folder, plain);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ((*again)->classes().at(9), "j");
    const auto train = openDataset((*again)->calibrationSource(), plain);
    ASSERT_TRUE(train) << train.error().message;
    EXPECT_THAT((*train)->sampleClasses(), ElementsAre(1, 2, 3, 4, 5));
    EXPECT_EQ(overlap(**train, std::vector<int64_t>{0, 4}, **again, std::vector<int64_t>{0, 1}), 0);
    const auto one = openDataset("cifar10:" + folder + "/data_batch_5.bin", plain);
    ASSERT_TRUE(one) << one.error().message;
    EXPECT_EQ(overlap(**train, std::vector<int64_t>{0, 4}, **one, std::vector<int64_t>{0}), 1);
}

TEST_F(CifarTest, ReadsCifar100) {
    write("test.bin", record({19, 99}, 1, 2, 3));
    const auto data = openDataset("cifar100:" + folder_.string(), {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_THAT((*data)->sampleClasses(), ElementsAre(99));
}

TEST_F(CifarTest, SaysWhatIsWrong) {
    const auto folder = "cifar10:" + folder_.string();
    EXPECT_EQ(openError("cifar10:").kind, ErrorKind::Usage);
    EXPECT_EQ(openError(folder + ",validation").kind, ErrorKind::Usage);
    EXPECT_THAT(openError(folder).message, HasSubstr("test_batch.bin"));
    write("test_batch.bin", record({3}, 1, 2, 3).substr(1));
    EXPECT_THAT(openError(folder).message, HasSubstr("not a multiple of 3073 bytes"));
    write("test_batch.bin", "");
    EXPECT_THAT(openError(folder).message, HasSubstr("truncated"));
    write("test_batch.bin", record({10}, 1, 2, 3));
    EXPECT_THAT(openError(folder).message, HasSubstr("record 0 has label 10, outside 0..9"));
}

}  // namespace
}  // namespace qs
