#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>

#include "core/files.h"
#include "dataset_fixture.h"

namespace qs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int64_t> labelsOf(const Batch& batch) {
    const auto* labels = batch.labels.data_ptr<int64_t>();
    return {labels, labels + batch.labels.numel()};
}

class ImageFolderTest : public DatasetTest {
  protected:
    std::string source() const { return "imagefolder:" + folder_.string(); }
};

TEST_F(ImageFolderTest, ReadsAFolderAClassWithTheClassesSpreadEvenly) {
    copyImage("wide.png", "dog/b.png");
    copyImage("tall.png", "cat/sub/a.PNG");
    copyImage("wide.jpg", "cat/z.jpeg");
    copyImage("grey.png", "dog/a.png");
    write("dog/notes.txt", "not an image");
    const auto data = openDataset(source(), {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ((*data)->size(), 4);
    EXPECT_THAT((*data)->classes(), ElementsAre("cat", "dog"));
    EXPECT_THAT((*data)->sampleInputs().at(0).shape, ElementsAre(3, 224, 224));
    EXPECT_EQ((*data)->preprocessing().resize, 256);
    EXPECT_THAT((*data)->preprocessing().mean, ElementsAre(0.485, 0.456, 0.406));

    const auto batch = (*data)->read(0, 100);
    ASSERT_TRUE(batch) << batch.error().message;
    EXPECT_THAT(batch->inputs[0].sizes().vec(), ElementsAre(4, 3, 224, 224));
    EXPECT_THAT(labelsOf(*batch), ElementsAre(0, 1, 0, 1));
    // dog/a.png is grey: its channels differ only by the normalization.
    const at::Tensor grey = batch->inputs[0][1];
    EXPECT_TRUE(((grey[0] * 0.229 + 0.485) - (grey[1] * 0.224 + 0.456)).abs().max().item<float>() < 1e-6F);
}

TEST_F(ImageFolderTest, SkipsAndCountsCorruptImages) {
    copyImage("wide.png", "cat/a.png");
    write("cat/b.png", "this is no image");
    write("cat/c.png", "");
    copyImage("wide.jpg", "dog/whole.jpg");
    const auto jpeg = std::filesystem::file_size(folder_ / "dog/whole.jpg");
    std::filesystem::copy_file(folder_ / "dog/whole.jpg", folder_ / "dog/cut.jpg");
    std::filesystem::resize_file(folder_ / "dog/cut.jpg", jpeg - 200);
    copyImage("tall.png", "dog/cut.png");
    std::filesystem::resize_file(folder_ / "dog/cut.png", 1500);

    const auto data = openDataset(source(), {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ((*data)->size(), 6);
    for (int pass = 0; pass < 2; ++pass) {
        const auto batch = (*data)->read(0, 6);
        ASSERT_TRUE(batch) << batch.error().message;
        EXPECT_THAT(labelsOf(*batch), ElementsAre(0, 1));
        EXPECT_EQ(batch->inputs[0].size(0), 2);
        EXPECT_EQ((*data)->skipped().size(), 4U);
    }
    EXPECT_THAT(describe(**data, source()).skipped,
                ElementsAre((folder_ / "cat/b.png").string() + ": not an image, or damaged",
                            (folder_ / "cat/c.png").string() + ": the file is empty",
                            (folder_ / "dog/cut.jpg").string() + ": a truncated JPEG file",
                            (folder_ / "dog/cut.png").string() + ": not an image, or damaged"));
}

TEST_F(ImageFolderTest, GoodImagesBehindACorruptOneKeepTheirPixels) {
    write("cat/a.png", "corrupt");
    copyImage("wide.png", "cat/b.png");
    const auto data = openDataset(source(), {});
    ASSERT_TRUE(data);
    const at::Tensor both = (*data)->read(0, 2)->inputs[0];
    const at::Tensor alone = (*data)->read(1, 2)->inputs[0];
    EXPECT_TRUE(both.equal(alone));
}

TEST_F(ImageFolderTest, ABatchOfCorruptImagesIsEmpty) {
    write("cat/a.png", "corrupt");
    copyImage("wide.png", "cat/b.png");
    const auto data = openDataset(source(), {});
    ASSERT_TRUE(data);
    const auto batch = (*data)->read(0, 1);
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->inputs[0].size(0), 0);
    EXPECT_EQ(batch->labels.size(0), 0);
}

TEST_F(ImageFolderTest, AFlatFolderIsUnlabelled) {
    copyImage("wide.png", "b.png");
    copyImage("tall.png", "a.png");
    const auto data = openDataset(source(), {});
    ASSERT_TRUE(data);
    EXPECT_EQ((*data)->size(), 2);
    EXPECT_FALSE((*data)->labelled());
    EXPECT_FALSE((*data)->read(0, 2)->labels.defined());
}

TEST_F(ImageFolderTest, WithoutResizeAndCropTheFirstGoodImageGivesTheShape) {
    write("cat/a.png", "corrupt");
    copyImage("wide.png", "cat/b.png");
    copyImage("tall.png", "cat/c.png");
    protocol::Preprocessing keep;
    keep.resize = 0;
    keep.crop = 0;
    const auto data = openDataset(source(), keep);
    ASSERT_TRUE(data);
    EXPECT_THAT((*data)->sampleInputs().at(0).shape, ElementsAre(3, 23, 37));
    EXPECT_TRUE((*data)->read(0, 2));
    const auto mixed = (*data)->read(0, 3);
    ASSERT_FALSE(mixed);
    EXPECT_THAT(mixed.error().message, HasSubstr("c.png has another size"));
}

TEST_F(ImageFolderTest, SaysWhatIsWrong) {
    EXPECT_THAT(openError(source()).message, HasSubstr("no images in " + folder_.string()));
    std::filesystem::create_directory(folder_ / "cat");
    EXPECT_THAT(openError(source()).message, HasSubstr("no images in"));
    EXPECT_EQ(openError(source()).kind, ErrorKind::Failed);
    EXPECT_THAT(openError(source() + "/missing").message, HasSubstr("no such folder"));
    EXPECT_THAT(openError("imagefolder:" + write("file", "x").string()).message, HasSubstr("not a folder"));
    EXPECT_EQ(openError("imagefolder").kind, ErrorKind::Usage);
}

TEST_F(ImageFolderTest, SkipsImagesThatPromiseTooManyPixels) {
    copyImage("wide.png", "cat/good.png");
    std::string png = readFile(folder_ / "cat/good.png").value();
    png.replace(16, 8, std::string("\x00\x01\x00\x00\x00\x01\x00\x00", 8));
    write("cat/bomb.png", png);
    copyImage("wide.jpg", "cat/good.jpg");
    std::string jpeg = readFile(folder_ / "cat/good.jpg").value();
    jpeg.replace(jpeg.find("\xFF\xC0") + 5, 4, "\xFF\xFF\xFF\xFF");
    write("cat/bomb.jpg", jpeg);
    const auto data = openDataset(source(), {});
    ASSERT_TRUE(data);
    EXPECT_EQ((*data)->read(0, 4)->size(), 2);
    EXPECT_THAT((*data)->skipped(),
                ElementsAre(HasSubstr("bomb.jpg: its header promises 65535 x 65535 pixels"),
                            HasSubstr("bomb.png: its header promises 65536 x 65536 pixels")));
}

TEST_F(ImageFolderTest, SaysThatNothingCanBeDecoded) {
    write("cat/a.png", "corrupt");
    protocol::Preprocessing keep;
    keep.crop = 0;
    EXPECT_THAT(
        openError(source(), keep).message,
        HasSubstr("none of the 1 image files can be decoded: " + (folder_ / "cat/a.png").string() + ": not"));
}

}  // namespace
}  // namespace qs
