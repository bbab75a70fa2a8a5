#include <gmock/gmock.h>

#include "array_bytes.h"
#include "data/resources.h"
#include "dataset_fixture.h"

namespace qs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FashionMnistTest : public DatasetTest {
  protected:
    void writeSplit(const std::string& folder, const std::string& stem, const std::string& images,
                    const std::string& labels) const {
        writeGz(folder + "/" + stem + "-images-idx3-ubyte.gz", images);
        writeGz(folder + "/" + stem + "-labels-idx1-ubyte.gz", labels);
    }
    Error errorWith(const std::string& images, const std::string& labels) const {
        writeSplit("bad", "t10k", images, labels);
        const ScopedEnvironment environment("QSCOPE_FASHION_MNIST", (folder_ / "bad").string());
        return openError("fashion-mnist");
    }
};

TEST_F(FashionMnistTest, ReadsIdxFiles) {
    writeSplit("data", "t10k", idx({2, 2, 3}, std::string(6, '\0') + std::string(6, '\xFF')),
               idx({2}, {3, 9}));
    const ScopedEnvironment environment("QSCOPE_FASHION_MNIST", (folder_ / "data").string());
    const auto data = openDataset("fashion-mnist:test", {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ((*data)->size(), 2);
    EXPECT_THAT((*data)->sampleInputs().at(0).shape, ElementsAre(1, 2, 3));
    EXPECT_EQ((*data)->classes().at(9), "Ankle boot");
    EXPECT_EQ((*data)->note(), "");
    EXPECT_EQ((*data)->calibrationSource(), "");
    writeSplit("data", "train", idx({1, 2, 3}, "abcdef"), idx({1}, {0}));
    EXPECT_EQ((*openDataset("fashion-mnist", {}))->calibrationSource(), "fashion-mnist:train");
    EXPECT_EQ((*openDataset("fashion-mnist:train", {}))->calibrationSource(), "");
    const auto batch = (*data)->read(0, 64);
    ASSERT_TRUE(batch);
    EXPECT_THAT(batch->inputs[0].sizes().vec(), ElementsAre(2, 1, 2, 3));
    EXPECT_FLOAT_EQ(batch->inputs[0][0].max().item<float>(), -0.2860F / 0.3530F);
    EXPECT_FLOAT_EQ(batch->inputs[0][1].min().item<float>(), (1 - 0.2860F) / 0.3530F);
    EXPECT_EQ(batch->labels[1].item<int64_t>(), 9);
}

TEST_F(FashionMnistTest, RepeatsGreyForThreeChannels) {
    writeSplit("data", "t10k", idx({1, 2, 2}, "abcd"), idx({1}, {0}));
    const ScopedEnvironment environment("QSCOPE_FASHION_MNIST", (folder_ / "data").string());
    protocol::Preprocessing colour;
    colour.channels = 3;
    const auto data = openDataset("fashion-mnist", colour);
    ASSERT_TRUE(data) << data.error().message;
    const at::Tensor image = (*data)->read(0, 1)->inputs[0][0];
    EXPECT_THAT(image.sizes().vec(), ElementsAre(3, 2, 2));
    EXPECT_TRUE(image[0].equal(image[2]));
}

TEST_F(FashionMnistTest, FallsBackToTheBundledSubset) {
    writeSplit("resources/samples/fashion-mnist-test-subset", "t10k", idx({1, 2, 2}, "abcd"), idx({1}, {0}));
    const ScopedEnvironment missing("QSCOPE_FASHION_MNIST", (folder_ / "missing").string());
    const ScopedEnvironment resources("QSCOPE_RESOURCES", (folder_ / "resources").string());
    const auto data = openDataset("fashion-mnist:test", {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ(describe(**data, "fashion-mnist:test").note,
              "bundled subset of 1 images: dataset-fashion-mnist is not installed");
    const Error error = openError("fashion-mnist:train");
    EXPECT_EQ(error.kind, ErrorKind::Failed);
    EXPECT_THAT(error.message, HasSubstr("install the package dataset-fashion-mnist"));
}

TEST_F(FashionMnistTest, TheBundledSubsetIsThere) {
    const ScopedEnvironment missing("QSCOPE_FASHION_MNIST", (folder_ / "missing").string());
    const auto data = openDataset("fashion-mnist:test", {});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_GE((*data)->size(), 2000);
    EXPECT_THAT((*data)->sampleInputs().at(0).shape, ElementsAre(1, 28, 28));
}

TEST_F(FashionMnistTest, SaysWhatIsWrong) {
    EXPECT_EQ(openError("fashion-mnist:validation").kind, ErrorKind::Usage);
    const std::string label = idx({1}, {0});
    EXPECT_THAT(errorWith("", label).message, HasSubstr("not an IDX file"));
    EXPECT_THAT(errorWith(idx({1, 2, 2}, "abc"), label).message, HasSubstr("truncated"));
    EXPECT_THAT(errorWith(idx({4000000000, 4000000000, 4000000000}, "abcd"), label).message,
                HasSubstr("more values than a file of its size can hold"));
    EXPECT_THAT(errorWith(idx({1, 2, 2}, "abcd"), idx({2}, {0, 0})).message, HasSubstr("holds 1 images but"));
    EXPECT_THAT(errorWith(idx({1, 2, 2}, "abcd"), idx({1}, {10})).message,
                HasSubstr("sample 0 has label 10, outside 0..9"));
    EXPECT_THAT(errorWith(idx({0, 2, 2}, ""), idx({0}, "")).message, HasSubstr("no images"));
}

}  // namespace
}  // namespace qs
