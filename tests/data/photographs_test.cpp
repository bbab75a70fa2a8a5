#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/files.h"
#include "data/formats/image_file.h"
#include "data/preprocess.h"
#include "dataset_fixture.h"

/// Real photographs, of Debian's opencv-doc and python3-skimage, against torchvision on Pillow at test time.
namespace qs {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kPhotographs = {
    "/usr/lib/python3/dist-packages/skimage/data/astronaut.png",
    "/usr/share/doc/opencv-doc/examples/data/fruits.jpg",
    "/usr/lib/python3/dist-packages/skimage/data/coffee.png",
    "/usr/lib/python3/dist-packages/skimage/data/chelsea.png",
    "/usr/lib/python3/dist-packages/skimage/data/rocket.jpg",
    "/usr/lib/python3/dist-packages/skimage/data/camera.png",
    "/usr/lib/python3/dist-packages/skimage/data/hubble_deep_field.jpg",
    "/usr/lib/python3/dist-packages/skimage/data/retina.jpg",
    "/usr/lib/python3/dist-packages/skimage/data/coins.png",
    "/usr/lib/python3/dist-packages/skimage/data/ihc.png",
    "/usr/lib/python3/dist-packages/skimage/data/logo.png",
    "/usr/lib/python3/dist-packages/skimage/data/motorcycle_left.png",
    "/usr/lib/python3/dist-packages/skimage/data/moon.png",
    "/usr/lib/python3/dist-packages/skimage/data/horse.png",
    "/usr/share/doc/opencv-doc/examples/data/baboon.jpg",
    "/usr/share/doc/opencv-doc/examples/data/messi5.jpg",
    "/usr/share/doc/opencv-doc/examples/data/starry_night.jpg",
    "/usr/share/doc/opencv-doc/examples/data/home.jpg",
    "/usr/share/doc/opencv-doc/examples/data/building.jpg",
    "/usr/share/doc/opencv-doc/examples/data/butterfly.jpg",
    "/usr/share/doc/opencv-doc/examples/data/board.jpg",
    "/usr/share/doc/opencv-doc/examples/data/aloeL.jpg",
    "/usr/share/doc/opencv-doc/examples/data/graf1.png",
    "/usr/share/doc/opencv-doc/examples/data/rubberwhale1.png",
    "/usr/share/doc/opencv-doc/examples/data/basketball1.png",
    "/usr/share/doc/opencv-doc/examples/text/scenetext05.jpg",
};
constexpr size_t kFewest = 20;

protocol::Preprocessing settings(const std::string& resize, int crop, const std::string& interpolation) {
    protocol::Preprocessing p;
    std::istringstream sides(resize);
    for (std::string side; std::getline(sides, side, ',');) {
        p.resize_to.push_back(std::stoi(side));
    }
    if (p.resize_to.size() == 1) {
        p.resize = p.resize_to[0];
        p.resize_to.clear();
    }
    p.crop = crop;
    p.interpolation = interpolation;
    return p;
}

struct Difference {
    double mean = 0;
    double most = 0;
};

Difference difference(const std::vector<float>& values, const std::string& expected) {
    Difference result;
    for (size_t i = 0; i < values.size(); ++i) {
        float wanted = 0;
        std::memcpy(&wanted, expected.data() + i * sizeof wanted, sizeof wanted);
        const double d = std::abs(double(values[i]) - wanted);
        result.mean += d / double(values.size());
        result.most = std::max(result.most, d);
    }
    return result;
}

class PhotographsTest : public DatasetTest {
  protected:
    /// Runs the reference script on the photographs that are installed.
    bool makeReference() {
        std::string command =
            "/usr/bin/python3 " QS_SOURCE_DIR "/tests/data/torchvision_reference.py " + folder_.string();
        size_t found = 0;
        for (const std::string& path : kPhotographs) {
            if (fs::exists(path)) {
                command += " " + path;
                ++found;
            }
        }
        return found >= kFewest && std::system("/usr/bin/python3 -c 'import torchvision' 2>/dev/null") == 0 &&
               std::system(command.c_str()) == 0;
    }

    void compare(const Image& image, const protocol::Preprocessing& wanted, const std::string& number) const {
        const auto preprocessor = Preprocessor::make(wanted, {});
        ASSERT_TRUE(preprocessor) << preprocessor.error().message;
        const auto transformed = preprocessor->transform(image);
        ASSERT_TRUE(transformed) << transformed.error().message;
        std::vector<float> values(transformed->pixels.size());
        preprocessor->normalize(*transformed, values.data());
        const std::string expected = readFile(folder_ / (number + ".f32")).value();
        ASSERT_EQ(values.size() * sizeof(float), expected.size());
        const Difference d = difference(values, expected);
        EXPECT_LE(d.mean, 1.0 / 255);
        EXPECT_LE(d.most, 3.0 / 255 + 1e-6);
    }
};

TEST_F(PhotographsTest, BecomeTheTensorsThatTorchvisionMakes) {
    if (!makeReference()) {
        GTEST_SKIP() << "needs python3-torchvision and the photographs of opencv-doc and python3-skimage";
    }
    std::ifstream stream(folder_ / "cases.txt");
    int compared = 0;
    std::string number, resize, interpolation, path;
    for (int crop = 0; stream >> number >> resize >> crop >> interpolation >> path;) {
        SCOPED_TRACE(path + " " + resize + " " + interpolation);
        const auto image = decodeImage(path);
        if (resize == "refused") {
            EXPECT_FALSE(image);
            continue;
        }
        ASSERT_TRUE(image) << image.error().message;
        compare(*image, settings(resize, crop, interpolation), number);
        ++compared;
    }
    EXPECT_GE(compared, int(4 * kFewest));
}

}  // namespace
}  // namespace qs
