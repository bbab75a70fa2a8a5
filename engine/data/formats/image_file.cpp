#include "data/formats/image_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <opencv2/core/mat.hpp>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <string_view>

#include "core/files.h"
#include "core/guard.h"

namespace qs {

namespace {

/// Whether JPEG data ends before its image does: no end marker behind the last start of a scan. libjpeg fills
/// the missing part with grey and OpenCV returns that as a good image.
bool isCutJpeg(std::string_view data) {
    using namespace std::string_view_literals;
    if (data.substr(0, 2) != "\xFF\xD8"sv) {
        return false;
    }
    const size_t scan = data.rfind("\xFF\xDA"sv);
    return scan == std::string_view::npos || data.find("\xFF\xD9"sv, scan) == std::string_view::npos;
}

Result<Image> decode(const std::string& data) {
    if (data.empty()) {
        return failure("the file is empty");
    }
    if (isCutJpeg(data)) {
        return failure("a truncated JPEG file");
    }
    const cv::Mat encoded(1, int(data.size()), CV_8U, const_cast<char*>(data.data()));
    const cv::Mat bgr = cv::imdecode(encoded, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
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
