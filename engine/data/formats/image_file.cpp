#include "data/formats/image_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <opencv2/core/mat.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <string_view>

#include "core/files.h"
#include "core/guard.h"

namespace qs {

namespace {

/// Larger than any photograph; a header that promises more is not worth its memory.
constexpr int64_t kMostPixels = int64_t(1) << 28;

enum class Container { Png, Jpeg, Plain, Other };

Container containerOf(std::string_view data) {
    using namespace std::string_view_literals;
    if (data.starts_with("\x89PNG\r\n\x1A\n"sv)) {
        return Container::Png;
    }
    if (data.starts_with("\xFF\xD8"sv)) {
        return Container::Jpeg;
    }
    const bool eightBits =
        data.starts_with("BM"sv) || data.substr(std::min<size_t>(data.size(), 8), 4) == "WEBP"sv;
    return eightBits ? Container::Plain : Container::Other;
}

uint32_t bigEndian(std::string_view bytes) {
    uint32_t value = 0;
    for (const char byte : bytes) {
        value = value << 8 | uint8_t(byte);
    }
    return value;
}

Status checkPixels(uint32_t width, uint32_t height) {
    if (int64_t(width) * int64_t(height) > kMostPixels) {
        return failure("its header promises " + std::to_string(width) + " x " + std::to_string(height) +
                       " pixels, more than is read");
    }
    return {};
}

Error greyTooDeep() {
    return failure("grey values of more than 8 bits, which Pillow clips to white: convert it to 8 bits");
}

/// IHDR comes first: width, height, bits a channel, colour type (0: grey).
Status checkPng(std::string_view data) {
    if (data.size() < 26) {
        return failure("a truncated PNG file");
    }
    if (data[24] == 16 && data[25] == 0) {
        return greyTooDeep();
    }
    return checkPixels(bigEndian(data.substr(16, 4)), bigEndian(data.substr(20, 4)));
}

/// Whether JPEG data ends before its image does: no end marker behind the last start of a scan. libjpeg fills
/// the missing part with grey and OpenCV returns that as a good image.
bool isCutJpeg(std::string_view data) {
    using namespace std::string_view_literals;
    const size_t scan = data.rfind("\xFF\xDA"sv);
    return scan == std::string_view::npos || data.find("\xFF\xD9"sv, scan) == std::string_view::npos;
}

/// The size stands in the frame header: marker FFC0 to FFCF except C4, C8 and CC, length, bits, height,
/// width.
Status checkJpeg(std::string_view data) {
    if (isCutJpeg(data)) {
        return failure("a truncated JPEG file");
    }
    size_t at = 2;
    while (at + 9 <= data.size() && data[at] == '\xFF') {
        const auto marker = uint8_t(data[at + 1]);
        if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
            return checkPixels(bigEndian(data.substr(at + 7, 2)), bigEndian(data.substr(at + 5, 2)));
        }
        at += marker == 0xFF ? 1 : 2 + bigEndian(data.substr(at + 2, 2));
    }
    return {};
}

/// Empty where the data is no image. OpenCV throws for some of those, in words about its own source.
cv::Mat decodeBy(const cv::Mat& encoded, int flags) {
    try {
        return cv::imdecode(encoded, flags);
    } catch (const cv::Exception&) {
        return {};
    }
}

/// Other containers hold anything from bits to floats; only the decoded image tells.
Status checkDepth(const cv::Mat& encoded) {
    const cv::Mat stored = decodeBy(encoded, cv::IMREAD_UNCHANGED);
    if (!stored.empty() && stored.depth() != CV_8U && (stored.channels() == 1 || stored.depth() != CV_16U)) {
        return greyTooDeep();
    }
    return {};
}

Status checkContents(std::string_view data, const cv::Mat& encoded) {
    switch (containerOf(data)) {
        case Container::Png:
            return checkPng(data);
        case Container::Jpeg:
            return checkJpeg(data);
        case Container::Plain:
            return {};
        case Container::Other:
            break;
    }
    return checkDepth(encoded);
}

Result<Image> decode(const std::string& data) {
    if (data.empty()) {
        return failure("the file is empty");
    }
    if (data.size() > size_t(std::numeric_limits<int>::max())) {
        return failure("the file is larger than 2 GiB");
    }
    const cv::Mat encoded(1, int(data.size()), CV_8U, const_cast<char*>(data.data()));
    QS_TRY(checkContents(data, encoded));
    const cv::Mat bgr = decodeBy(encoded, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
    if (bgr.empty() || bgr.type() != CV_8UC3) {
        return failure("not an image, or damaged");
    }
    Image image(bgr.cols, bgr.rows, 3);
    for (int y = 0; y < bgr.rows; ++y) {
        const uint8_t* in = bgr.ptr<uint8_t>(y);
        uint8_t* out = image.row(y);
        for (int x = 0; x < bgr.cols; ++x, in += 3, out += 3) {
            out[0] = in[2];
            out[1] = in[1];
            out[2] = in[0];
        }
    }
    return image;
}

}  // namespace

bool hasImageExtension(const std::filesystem::path& path) {
    static constexpr std::array kExtensions = {".bmp",  ".dib", ".jpeg", ".jpg", ".jpe", ".jp2", ".png",
                                               ".webp", ".pbm", ".pgm",  ".ppm", ".pxm", ".pnm", ".sr",
                                               ".ras",  ".tif", ".hdr",  ".pic", ".pfm", ".tiff"};
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

Result<Image> decodeImage(const std::filesystem::path& path) {
    QS_ASSIGN(const std::string data, readFile(path));
    return guard("cannot be decoded", [&] { return decode(data); });
}

}  // namespace qs
