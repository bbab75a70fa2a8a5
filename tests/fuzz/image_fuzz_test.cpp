// Damaged images, lists of them, and files that name classes: each reads, is skipped with a reason, or is
// refused in one line.

#include <gtest/gtest.h>

#include <opencv2/core/mat.hpp>
#include <opencv2/imgcodecs.hpp>

#include "data/dataset.h"
#include "fuzz/fuzz_fixture.h"
#include "fuzz/json_mutation.h"
#include "fuzz/message_check.h"
#include "fuzz/mutation.h"
#include "fuzz/source_mutation.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;

constexpr const char* kList = "list.csv";

/// 48 x 40 pixels of every shade, in the format that the extension names.
std::string encode(const std::string& extension) {
    cv::Mat image(40, 48, CV_8UC3);
    for (int y = 0; y < image.rows; ++y) {
        for (int x = 0; x < image.cols; ++x) {
            image.at<cv::Vec3b>(y, x) = {uint8_t(5 * x), uint8_t(6 * y), uint8_t(x * y)};
        }
    }
    std::vector<uint8_t> bytes;
    cv::imencode(extension, image, bytes);
    return {bytes.begin(), bytes.end()};
}

protocol::DataSpec specOf(const std::string& source) {
    protocol::DataSpec spec{source, {}};
    spec.preprocessing.resize = 8;
    spec.preprocessing.crop = 8;
    return spec;
}

/// Opens the data and reads all of it; what is wrong with the answers, or nothing.
std::string readAll(const protocol::DataSpec& spec) {
    const auto data = openDataset(spec);
    if (!data) {
        return complaintAbout(data.error().message);
    }
    const auto batch = (*data)->read(0, (*data)->size());
    if (!batch) {
        return complaintAbout(batch.error().message);
    }
    for (const std::string& reason : (*data)->skipped()) {
        if (std::string complaint = complaintAbout(reason); !complaint.empty()) {
            return complaint;
        }
    }
    return "";
}

class FuzzImages : public FuzzTest, public ::testing::WithParamInterface<const char*> {
  protected:
    void SetUp() override {
        bytes_ = encode(GetParam());
        write(kList, "damaged" + std::string(GetParam()) + ",cat\n");
    }
    void expectWellMade(uint64_t count, const std::function<std::string(uint64_t)>& make) {
        expectWell({count, "damaged" + std::string(GetParam()), make},
                   [](const fs::path&) { return readAll(specOf(std::string("imagelist:") + kList)); });
    }

    std::string bytes_;
};

TEST_P(FuzzImages, AsItIs) {
    expectWell({1, "damaged" + std::string(GetParam()), [&](uint64_t) { return bytes_; }},
               [](const fs::path&) -> std::string {
                   const auto data = openDataset(specOf(std::string("imagelist:") + kList));
                   return data && (*data)->read(0, 1).value().size() == 1 ? "" : "cannot be read";
               });
}

TEST_P(FuzzImages, Mutated) {
    expectWellMade(mutations(), [&](uint64_t seed) { return mutate(bytes_, seed); });
}

TEST_P(FuzzImages, TruncatedAtEveryTenth) {
    expectWellMade(10, [&](uint64_t tenth) { return bytes_.substr(0, bytes_.size() * tenth / 10); });
}

INSTANTIATE_TEST_SUITE_P(Formats, FuzzImages,
                         ::testing::Values(".png", ".jpg", ".bmp", ".ppm", ".tiff", ".webp", ".jp2"),
                         [](const auto& info) { return std::string(info.param + 1); });

class FuzzLists : public FuzzTest {
  protected:
    void SetUp() override {
        for (const char* name : {"a.png", "b c.png", "d.png"}) {
            write(name, encode(".png"));
        }
        write("names.txt", "cat\ndog\nbird\n");
    }
    static std::string readList(const fs::path& path) {
        return readAll(specOf("imagelist:" + path.string()));
    }
    static std::string readNumberedList(const fs::path& path) {
        protocol::DataSpec spec = specOf("imagelist:" + path.string());
        spec.labels = "names.txt";
        return readAll(spec);
    }
};

constexpr const char* kNamedList =
    "path,label\r\na.png,cat\r\n\"b c.png\",\"a \"\"dog\"\"\"\r\nd.png,cat\r\n";
constexpr const char* kNumberedList = "a.png,0\nb c.png,2\n\nd.png,1\n";

TEST_F(FuzzLists, ImageListMutated) {
    expectWell({mutations(), kList, [](uint64_t seed) { return mutate(kNamedList, seed); }}, readList);
}

TEST_F(FuzzLists, LabelsMutated) {
    const auto make = [](uint64_t seed) {
        return seed % 2 == 0 ? mutate(kNumberedList, seed) : mutateNumbers(kNumberedList, seed);
    };
    expectWell({mutations(), kList, make}, readList);
    expectWell({mutations(), kList, make}, readNumberedList);
}

class FuzzClassNames : public FuzzTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(FuzzClassNames, Mutated) {
    write("a.png", encode(".png"));
    write(kList, "a.png,1\n");
    const std::string names = GetParam();
    const bool isJson = names[0] == '{' || names[0] == '[';
    const auto make = [&](uint64_t seed) {
        return isJson && seed % 2 == 0 ? mutateJson(names, seed) : mutate(names, seed);
    };
    expectWell({mutations(), "names", make}, [](const fs::path& path) {
        protocol::DataSpec spec = specOf(std::string("imagelist:") + kList);
        spec.labels = path.string();
        return readAll(spec);
    });
}

INSTANTIATE_TEST_SUITE_P(Forms, FuzzClassNames,
                         ::testing::Values("cat\ndog\nbird\n", R"(["cat", ["n01", "dog"], "bird"])",
                                           R"({"0": ["n00", "cat"], "1": ["n01", "dog"]})",
                                           R"({"cat": 0, "dog": 1, "bird": 2})"));

}  // namespace

}  // namespace qs::test
