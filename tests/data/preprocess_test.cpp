#include "data/preprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "data/formats/image_file.h"
#include "data/formats/npy_file.h"
#include "data/resample.h"

namespace qs {
namespace {

using protocol::Preprocessing;
using testing::HasSubstr;

const std::filesystem::path kFolder = QS_SOURCE_DIR "/tests/data/torchvision";

struct Case {
    std::string name;
    std::string file;
    int resize = 0;
    int crop = 0;
    int channels = 0;

    friend std::ostream& operator<<(std::ostream& stream, const Case& c) { return stream << c.name; }
};

std::vector<Case> readCases() {
    std::vector<Case> cases;
    std::ifstream stream(kFolder / "cases.txt");
    for (Case c; stream >> c.name >> c.file >> c.resize >> c.crop >> c.channels;) {
        cases.push_back(c);
    }
    return cases;
}

Preprocessing settings(int resize, int crop, int channels) {
    Preprocessing p;
    p.resize = resize;
    p.crop = crop;
    p.channels = channels;
    p.mean = {0};
    p.std = {1};
    return p;
}

std::vector<char> readNpy(const std::string& name, std::vector<int64_t>& shape) {
    auto file = NpyFile::open(kFolder / (name + ".npy"));
    EXPECT_TRUE(file) << name;
    shape = file->header().shape;
    return file->readRows(0, file->rows()).value();
}

class TorchvisionCase : public testing::TestWithParam<Case> {};

TEST_P(TorchvisionCase, IsReproducedToTheBit) {
    const Case& c = GetParam();
    const auto decoded = decodeImage(kFolder / c.file);
    ASSERT_TRUE(decoded) << decoded.error().message;
    const auto preprocessor = Preprocessor::make(settings(c.resize, c.crop, c.channels), {});
    ASSERT_TRUE(preprocessor);
    const auto image = preprocessor->transform(*decoded);
    ASSERT_TRUE(image);

    std::vector<int64_t> shape;
    const std::vector<char> expected = readNpy(c.name, shape);
    ASSERT_EQ((std::vector<int64_t>{image->height, image->width, image->channels}), shape);
    EXPECT_EQ(image->pixels, std::vector<uint8_t>(expected.begin(), expected.end()));
}

INSTANTIATE_TEST_SUITE_P(Preprocess, TorchvisionCase, testing::ValuesIn(readCases()),
                         [](const auto& info) { return info.param.name; });

TEST(Preprocess, NormalizesAsTorchvision) {
    const Case first = readCases().at(0);
    Preprocessing wanted = settings(first.resize, first.crop, first.channels);
    wanted.mean = {0.485, 0.456, 0.406};
    wanted.std = {0.229, 0.224, 0.225};
    const auto preprocessor = Preprocessor::make(wanted, {});
    const auto image = preprocessor->transform(decodeImage(kFolder / first.file).value());
    ASSERT_TRUE(image);
    std::vector<float> values(image->pixels.size());
    preprocessor->normalize(*image, values.data());

    std::vector<int64_t> shape;
    const std::vector<char> bytes = readNpy("normalized", shape);
    ASSERT_EQ(bytes.size(), values.size() * sizeof(float));
    EXPECT_EQ(std::memcmp(bytes.data(), values.data(), bytes.size()), 0);
}

TEST(Preprocess, FillsInDefaults) {
    Preprocessing defaults = settings(256, 224, 3);
    defaults.mean = {0.1, 0.2, 0.3};
    Preprocessing wanted;
    wanted.crop = 100;
    const auto preprocessor = Preprocessor::make(wanted, defaults);
    ASSERT_TRUE(preprocessor);
    EXPECT_EQ(preprocessor->settings().resize, 256);
    EXPECT_EQ(preprocessor->settings().crop, 100);
    EXPECT_EQ(preprocessor->settings().mean, (std::vector{0.1, 0.2, 0.3}));
    EXPECT_EQ(preprocessor->settings().std, (std::vector{1.0, 1.0, 1.0}));
}

TEST(Preprocess, AnExactSizeReplacesTheDefaultResizeAndCrop) {
    Preprocessing wanted;
    wanted.resize_to = {30, 40};
    const auto exact = Preprocessor::make(wanted, settings(256, 224, 3));
    ASSERT_TRUE(exact) << exact.error().message;
    EXPECT_EQ(exact->settings().crop, 0);
    const auto image = exact->transform(Image(50, 20, 3));
    EXPECT_EQ(image->height, 30);
    EXPECT_EQ(image->width, 40);
    wanted.crop_to = {10, 12};
    const auto cropped = Preprocessor::make(wanted, settings(256, 224, 3));
    EXPECT_EQ(cropped->fixedSize()->height, 10);
    EXPECT_EQ(cropped->transform(Image(50, 20, 1))->width, 12);
    Preprocessing shorter;
    shorter.resize = 100;
    EXPECT_EQ(Preprocessor::make(shorter, wanted)->settings().resize_to, std::vector<int>());
}

TEST(Preprocess, WritesOrderLayoutAndScaleAsAsked) {
    Preprocessing wanted = settings(0, 0, 3);
    wanted.mean = {1, 2, 3};
    wanted.color_order = "bgr";
    wanted.layout = "nhwc";
    wanted.scale = 1;
    const auto preprocessor = Preprocessor::make(wanted, {});
    ASSERT_TRUE(preprocessor) << preprocessor.error().message;
    EXPECT_EQ(preprocessor->shapeOf({1, 2}), (std::vector<int64_t>{1, 2, 3}));
    Image image(2, 1, 3);
    image.pixels = {10, 20, 30, 40, 50, 60};
    std::vector<float> values(6);
    preprocessor->normalize(image, values.data());
    EXPECT_THAT(values, testing::ElementsAre(29, 18, 7, 59, 48, 37));
}

TEST(Preprocess, AveragesColourDefaultsForGrey) {
    Preprocessing defaults = settings(0, 0, 3);
    defaults.mean = {0.25, 0.5, 0.75};
    Preprocessing wanted;
    wanted.channels = 1;
    EXPECT_EQ(Preprocessor::make(wanted, defaults)->settings().mean, std::vector{0.5});
}

TEST(Preprocess, RefusesSenselessSettings) {
    const auto message = [](auto change) {
        Preprocessing wanted = settings(0, 0, 3);
        change(wanted);
        const auto result = Preprocessor::make(wanted, {});
        if (result) {
            return std::string("accepted");
        }
        EXPECT_EQ(result.error().kind, ErrorKind::Usage);
        return result.error().message;
    };
    EXPECT_THAT(message([](auto& p) { p.channels = 2; }),
                HasSubstr("channels must be 1 (grey) or 3 (RGB), not 2"));
    EXPECT_THAT(message([](auto& p) { p.mean = {0, 0}; }), HasSubstr("mean has 2 values for 3 channels"));
    EXPECT_THAT(message([](auto& p) { p.std = {1, 0, 1}; }), HasSubstr("std must be positive"));
    EXPECT_THAT(message([](auto& p) { p.std = {1e-60}; }), HasSubstr("std must be positive"));
    EXPECT_THAT(message([](auto& p) { p.mean = {NAN}; }), HasSubstr("finite"));
    EXPECT_THAT(message([](auto& p) { p.crop = -1; }), HasSubstr("crop must be 0 to"));
    EXPECT_THAT(message([](auto& p) { p.resize = std::numeric_limits<int>::max(); }),
                HasSubstr("resize must be"));
    EXPECT_THAT(message([](auto& p) { p.resize_to = {5}; }), HasSubstr("resize_to must be height and width"));
    EXPECT_THAT(message([](auto& p) { p.crop_to = {5, 0}; }), HasSubstr("crop_to must be height and width"));
    EXPECT_THAT(message([](auto& p) { p.resize = 8, p.resize_to = {5, 5}; }), HasSubstr("not both"));
    EXPECT_THAT(message([](auto& p) { p.crop = 8, p.crop_to = {5, 5}; }), HasSubstr("not both"));
    EXPECT_THAT(message([](auto& p) { p.interpolation = "lanczos"; }),
                HasSubstr("one of bilinear, bicubic, nearest, not 'lanczos'"));
    EXPECT_THAT(message([](auto& p) { p.color_order = "grb"; }), HasSubstr("color_order"));
    EXPECT_THAT(message([](auto& p) { p.layout = "chw"; }), HasSubstr("layout"));
    EXPECT_THAT(message([](auto& p) { p.scale = 0; }), HasSubstr("scale must be a positive number"));
}

TEST(Preprocess, RefusesToBlowUpAThread) {
    const auto preprocessor = Preprocessor::make(settings(16384, 0, 1), {});
    const auto image = preprocessor->transform(Image(1, 60000, 1));
    ASSERT_FALSE(image);
    EXPECT_THAT(image.error().message, HasSubstr("too elongated"));
}

TEST(Resample, KeepsAConstantImageConstant) {
    Image image(19, 31, 3);
    std::fill(image.pixels.begin(), image.pixels.end(), uint8_t(200));
    const Image small = resizeImage(image, 5, 7, Interpolation::Bilinear);
    ASSERT_EQ(small.pixels.size(), 5U * 7 * 3);
    EXPECT_THAT(small.pixels, testing::Each(200));
}

}  // namespace
}  // namespace qs
