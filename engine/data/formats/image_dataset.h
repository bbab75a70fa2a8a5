#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/image.h"
#include "data/preprocess.h"

namespace qs {

/// Where the images of a format lie. Const and safe from several threads.
class ImageSource {
  public:
    virtual ~ImageSource() = default;
    virtual int64_t size() const = 0;
    /// The image as stored; a failure says why it cannot be decoded, without the file's name.
    virtual Result<Image> load(int64_t index) const = 0;
    /// The image's file for people: a path, or "path#index".
    virtual std::string name(int64_t index) const = 0;
    /// As Dataset::sampleId.
    virtual std::string id(int64_t index) const = 0;
};

/// What a format knows of its images besides their pixels.
struct ImageFacts {
    std::vector<int64_t> labels = {};       ///< a class an image; empty: unlabelled
    std::vector<std::string> classes = {};  ///< names; may be empty
    std::string calibrationSource = {};
    std::string note = {};
};

/// The dataset of all image formats: loads, preprocesses, and leaves out and lists what cannot be decoded. A
/// failure where the sample shape depends on the first image and none can be decoded.
Result<std::unique_ptr<Dataset>> makeImageDataset(std::unique_ptr<ImageSource> source, ImageFacts facts,
                                                  Preprocessor preprocessor);

/// Image files, one an image.
std::unique_ptr<ImageSource> makeFileSource(std::vector<std::filesystem::path> paths);

/// Of photographs in files: resize 256, crop 224, ImageNet's mean and std.
protocol::Preprocessing photographDefaults();

/// A file by its canonical path, so that links and relative names of it are seen as one.
std::string fileId(const std::string& path);

}  // namespace qs
