#include <ATen/ops/empty.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "data/dataset.h"
#include "data/formats/image_file.h"
#include "data/preprocess.h"

namespace qs {

namespace {

namespace fs = std::filesystem;

constexpr int64_t kUnlabelled = -1;

struct Sample {
    fs::path path;
    int64_t label = kUnlabelled;
};

bool isHidden(const fs::path& path) {
    return path.filename().string().front() == '.';
}

/// Image files under `folder` in torchvision's order: by folder, then by name.
std::vector<fs::path> findImages(const fs::path& folder, bool recursive) {
    std::vector<fs::path> files;
    auto end = fs::recursive_directory_iterator();
    for (auto it = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied);
         it != end; ++it) {
        if (!recursive) {
            it.disable_recursion_pending();
        }
        if (!isHidden(it->path()) && hasImageExtension(it->path()) && it->is_regular_file()) {
            files.push_back(it->path());
        }
    }
    std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
        return std::pair(a.parent_path().string(), a.filename().string()) <
               std::pair(b.parent_path().string(), b.filename().string());
    });
    return files;
}

std::vector<fs::path> findClassFolders(const fs::path& folder) {
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.is_directory() && !isHidden(entry.path())) {
            folders.push_back(entry.path());
        }
    }
    std::sort(folders.begin(), folders.end());
    return folders;
}

class ImageFolder : public Dataset {
  public:
    ImageFolder(std::vector<Sample> samples, std::vector<std::string> classes, Preprocessor preprocessor)
        : samples_(std::move(samples)),
          classes_(std::move(classes)),
          preprocessor_(std::move(preprocessor)) {}

    /// Sets the sample shape: from the crop, else from the first image that can be decoded.
    Status prepare() {
        if (const int crop = *preprocessor_.settings().crop; crop > 0) {
            shape_ = {preprocessor_.channels(), crop, crop};
            return {};
        }
        for (const Sample& sample : samples_) {
            if (const auto image = load(sample)) {
                shape_ = {image->channels, image->height, image->width};
                return {};
            }
            skip(sample);
        }
        return failure("none of the " + std::to_string(samples_.size()) +
                       " image files can be decoded, for example " + samples_.front().path.string());
    }

    int64_t size() const override { return int64_t(samples_.size()); }
    bool labelled() const override { return !classes_.empty(); }
    std::vector<std::string> classes() const override { return classes_; }
    std::vector<SampleInput> sampleInputs() const override { return {{"", shape_}}; }
    const std::vector<std::string>& skipped() const override { return skipped_; }
    protocol::Preprocessing preprocessing() const override { return preprocessor_.settings(); }

    Result<Batch> read(int64_t begin, int64_t end) override {
        begin = std::clamp<int64_t>(begin, 0, size());
        end = std::clamp(end, begin, size());
        const int64_t count = end - begin;
        Batch batch;
        batch.inputs = {at::empty({count, shape_[0], shape_[1], shape_[2]}, at::kFloat)};
        std::vector<Outcome> outcomes(size_t(count), Outcome::Undecodable);
        decodeAll(begin, outcomes, batch.inputs[0].data_ptr<float>());

        std::vector<int64_t> kept;
        for (int64_t i = 0; i < count; ++i) {
            const Sample& sample = samples_[size_t(begin + i)];
            if (outcomes[size_t(i)] == Outcome::OtherSize) {
                return failure(sample.path.string() +
                               " has another size than the first image: set a crop, so that all "
                               "samples have the same shape");
            }
            if (outcomes[size_t(i)] == Outcome::Undecodable) {
                skip(sample);
            } else {
                kept.push_back(i);
            }
        }
        compact(batch, kept);
        if (labelled()) {
            batch.labels = at::empty({int64_t(kept.size())}, at::kLong);
            for (size_t i = 0; i < kept.size(); ++i) {
                batch.labels.data_ptr<int64_t>()[i] = samples_[size_t(begin + kept[i])].label;
            }
        }
        return batch;
    }

  private:
    enum class Outcome { Decoded, Undecodable, OtherSize };

    Result<Image> load(const Sample& sample) const {
        QS_ASSIGN(const Image image, decodeImage(sample.path));
        return preprocessor_.transform(image);
    }

    Outcome decodeInto(const Sample& sample, float* chw) const {
        const auto image = load(sample);
        if (!image) {
            return Outcome::Undecodable;
        }
        if (image->height != shape_[1] || image->width != shape_[2]) {
            return Outcome::OtherSize;
        }
        preprocessor_.normalize(*image, chw);
        return Outcome::Decoded;
    }

    /// Decodes samples from `begin` on, one for each of `outcomes`, on all cores.
    void decodeAll(int64_t begin, std::vector<Outcome>& outcomes, float* images) const {
        const size_t stride = size_t(shape_[0]) * size_t(shape_[1]) * size_t(shape_[2]);
        std::atomic<size_t> next = 0;
        const auto work = [&] {
            for (size_t i = next++; i < outcomes.size(); i = next++) {
                outcomes[i] = decodeInto(samples_[size_t(begin) + i], images + i * stride);
            }
        };
        std::vector<std::jthread> helpers;
        const size_t workers = std::min<size_t>(std::thread::hardware_concurrency(), outcomes.size());
        for (size_t i = 1; i < workers; ++i) {
            helpers.emplace_back(work);
        }
        work();
    }

    /// Moves the samples of `kept` (ascending) to the front and drops the rest.
    void compact(Batch& batch, const std::vector<int64_t>& kept) const {
        if (int64_t(kept.size()) == batch.inputs[0].size(0)) {
            return;
        }
        const int64_t stride = shape_[0] * shape_[1] * shape_[2];
        auto* images = batch.inputs[0].data_ptr<float>();
        for (size_t i = 0; i < kept.size(); ++i) {
            if (kept[i] != int64_t(i)) {
                std::copy_n(images + kept[i] * stride, stride, images + int64_t(i) * stride);
            }
        }
        batch.inputs[0] = batch.inputs[0].narrow(0, 0, int64_t(kept.size()));
    }

    void skip(const Sample& sample) {
        if (std::find(skipped_.begin(), skipped_.end(), sample.path.string()) == skipped_.end()) {
            skipped_.push_back(sample.path.string());
        }
    }

    std::vector<Sample> samples_;
    std::vector<std::string> classes_;
    Preprocessor preprocessor_;
    std::vector<int64_t> shape_;
    std::vector<std::string> skipped_;
};

/// Every image of every class folder, or the images of the folder itself, unlabelled, where no class folder
/// has any.
void collect(const fs::path& folder, std::vector<Sample>& samples, std::vector<std::string>& classes) {
    for (const fs::path& classFolder : findClassFolders(folder)) {
        for (fs::path& path : findImages(classFolder, true)) {
            samples.push_back({std::move(path), int64_t(classes.size())});
        }
        classes.push_back(classFolder.filename().string());
    }
    if (samples.empty()) {
        classes.clear();
        for (fs::path& path : findImages(folder, false)) {
            samples.push_back({std::move(path), kUnlabelled});
        }
    }
}

/// Reorders the samples (which come class by class) so that every prefix holds each class in about its share
/// of the whole: the first N samples are what calibration and a quick evaluation see.
void spreadClasses(std::vector<Sample>& samples, size_t classes) {
    std::vector<double> classSizes(classes, 0), seen(classes, 0);
    for (const Sample& sample : samples) {
        ++classSizes[size_t(sample.label)];
    }
    std::vector<std::pair<double, Sample>> placed;
    for (Sample& sample : samples) {
        const auto label = size_t(sample.label);
        placed.emplace_back((seen[label]++ + 0.5) / classSizes[label], std::move(sample));
    }
    std::stable_sort(placed.begin(), placed.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::transform(placed.begin(), placed.end(), samples.begin(),
                   [](auto& entry) { return std::move(entry.second); });
}

Result<std::unique_ptr<Dataset>> openImageFolder(const std::string& argument,
                                                 const protocol::Preprocessing& wanted) {
    if (argument.empty()) {
        return usageError("imagefolder needs a folder: imagefolder:DIR");
    }
    protocol::Preprocessing defaults;
    defaults.channels = 3;
    defaults.resize = 256;
    defaults.crop = 224;
    defaults.mean = {0.485, 0.456, 0.406};
    defaults.std = {0.229, 0.224, 0.225};
    QS_ASSIGN(Preprocessor preprocessor, Preprocessor::make(wanted, defaults));

    std::error_code error;
    if (!fs::is_directory(argument, error)) {
        return failure("cannot read " + argument + ": " +
                       (fs::exists(argument, error) ? "not a folder" : "no such folder"));
    }
    std::vector<Sample> samples;
    std::vector<std::string> classes;
    collect(argument, samples, classes);
    if (samples.empty()) {
        return failure("no images in " + argument +
                       ": it should hold a folder a class with images, or images");
    }
    if (!classes.empty()) {
        spreadClasses(samples, classes.size());
    }
    auto data =
        std::make_unique<ImageFolder>(std::move(samples), std::move(classes), std::move(preprocessor));
    QS_TRY(data->prepare());
    return Result<std::unique_ptr<Dataset>>(std::move(data));
}

}  // namespace

void register_imagefolder(Registry<DatasetFormat>& registry) {
    registry.add("imagefolder",
                 {"a folder a class, any image that OpenCV reads; or a flat folder, unlabelled: DIR",
                  openImageFolder});
}

}  // namespace qs
