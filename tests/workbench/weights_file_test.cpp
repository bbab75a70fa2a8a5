#include "workbench/weights_file.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <fstream>

#include "importers/importer.h"
#include "isolation/temporary_folder.h"
#include "support/changed_archive.h"
#include "support/test_models.h"

namespace qs::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class WeightsFileTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto model = openModel(sampleFile("fashion_resnet.pt"));
        ASSERT_TRUE(model) << model.error().message;
        graph_ = std::move(model->graph);
        folder_ = std::move(TemporaryFolder::make()).value();
        const auto bytes = writeWeights(graph_);
        ASSERT_TRUE(bytes) << bytes.error().message;
        std::ofstream(sound(), std::ios::binary) << *bytes;
    }

    std::filesystem::path sound() const { return folder_->path() / "sound.qsw"; }

    /// What is said of the file with `from` replaced by `to` in its pickle.
    std::string refusal(const std::string& from, const std::string& to) {
        return refusalOf(changedArchive(sound(), [&](const std::string& name, std::string& content) {
            if (name.ends_with("data.pkl")) {
                replaceFirst(content, from, to);
            }
        }));
    }

    std::string refusalOf(const std::filesystem::path& path) {
        const Status loaded = loadWeights(graph_, path);
        EXPECT_FALSE(loaded);
        const std::string message = loaded ? "" : loaded.error().message;
        EXPECT_THAT(message, AllOf(HasSubstr(path.filename().string()), Not(HasSubstr("\n"))));
        return message;
    }

    Graph graph_;
    std::unique_ptr<TemporaryFolder> folder_;
};

TEST_F(WeightsFileTest, ComesBackAsItWasSaved) {
    const Status loaded = loadWeights(graph_, sound());
    EXPECT_TRUE(loaded) << loaded.error().message;
}

TEST_F(WeightsFileTest, WeightsBeyondTheirRecordAreRefused) {
    const std::string strides = "(K\x09K\x09K\x03K\x01t";
    EXPECT_THAT(refusal(strides, "(M\xff\xffK\x09K\x03K\x01t"), HasSubstr("reaches beyond its record"));
    EXPECT_THAT(refusal(strides, "(J\xff\xff\xff\xffK\x09K\x03K\x01t"), HasSubstr("sizes and strides"));
}

TEST_F(WeightsFileTest, AnythingButWeightsIsRefused) {
    EXPECT_THAT(refusal("ctorch._utils\n_rebuild_tensor_v2\n", "cos\nsystem\n"), HasSubstr("os.system"));
}

TEST_F(WeightsFileTest, NumbersThatAreNoneAreRefused) {
    const auto path = changedArchive(sound(), [](const std::string& name, std::string& content) {
        if (name.ends_with("data/0")) {
            const float none = std::nanf("");
            std::memcpy(content.data(), &none, sizeof(none));
        }
    });
    EXPECT_THAT(refusalOf(path), HasSubstr("is not finite"));
}

}  // namespace
}  // namespace qs::test
