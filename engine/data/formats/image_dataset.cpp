#include "data/formats/image_dataset.h"

#include <ATen/ops/empty.h>

#include "data/formats/image_file.h"
#include "data/skip_list.h"

namespace qs {

namespace {

class ImageDataset : public Dataset {
  public:
    ImageDataset(std::unique_ptr<ImageSource> source, ImageFacts facts, Preprocessor preprocessor)
        : source_(std::move(source)), facts_(std::move(facts)), preprocessor_(std::move(preprocessor)) {}

    /// Sets the shape of an image: from the settings, else from the first one that can be decoded.
    Status prepare() {
        if (const auto fixed = preprocessor_.fixedSize()) {
            size_ = *fixed;
            return {};
        }
        for (int64_t i = 0; i < size(); ++i) {
            if (const auto image = load(i)) {
                size_ = {image->height, image->width};
                return {};
            }
        }
        return failure("none of the " + std::to_string(size()) +
                       " image files can be decoded: " + skipped().front());
    }

    int64_t size() const override { return source_->size(); }
    bool labelled() const override { return !facts_.labels.empty(); }
    std::vector<std::string> classes() const override { return facts_.classes; }
    std::vector<SampleInput> sampleInputs() const override { return {{"", preprocessor_.shapeOf(size_)}}; }
    std::vector<int64_t> sampleClasses() const override { return facts_.labels; }
    std::string sampleId(int64_t index) const override { return source_->id(index); }
    std::string calibrationSource() const override { return facts_.calibrationSource; }
    std::vector<std::string> skipped() const override { return skipped_.list(); }
    protocol::Preprocessing preprocessing() const override { return preprocessor_.settings(); }
    std::string note() const override { return facts_.note; }

    Result<Batch> readSamples(std::span<const int64_t> indices) const override {
        std::vector<int64_t> shape = preprocessor_.shapeOf(size_);
        shape.insert(shape.begin(), int64_t(indices.size()));
        Batch batch;
        batch.inputs = {at::empty(shape, at::kFloat)};
        auto* out = batch.inputs[0].data_ptr<float>();
        std::vector<int64_t> labels;
        int64_t kept = 0;
        for (const int64_t index : indices) {
            const auto image = load(index);
            if (!image) {
                continue;
            }
            if (image->height != size_.height || image->width != size_.width) {
                return failure(source_->name(index) +
                               " has another size than the first image: set a crop, so that all samples have "
                               "the same shape");
            }
            preprocessor_.normalize(*image, out + kept * int64_t(image->pixels.size()));
            if (labelled()) {
                labels.push_back(facts_.labels[size_t(index)]);
            }
            ++kept;
        }
        batch.inputs[0] = batch.inputs[0].narrow(0, 0, kept);
        if (labelled()) {
            batch.labels = at::empty({kept}, at::kLong);
            std::copy(labels.begin(), labels.end(), batch.labels.data_ptr<int64_t>());
        }
        return batch;
    }

  private:
    /// The preprocessed image; lists it as skipped where that fails.
    Result<Image> load(int64_t index) const {
        auto image = source_->load(index);
        if (image) {
            image = preprocessor_.transform(*image);
        }
        if (!image) {
            skipped_.add(source_->name(index), image.error().message);
        }
        return image;
    }

    std::unique_ptr<ImageSource> source_;
    ImageFacts facts_;
    Preprocessor preprocessor_;
    ImageSize size_;
    mutable SkipList skipped_;
};

class FileSource : public ImageSource {
  public:
    explicit FileSource(std::vector<std::filesystem::path> paths) : paths_(std::move(paths)) {}

    int64_t size() const override { return int64_t(paths_.size()); }
    Result<Image> load(int64_t index) const override { return decodeImage(paths_[size_t(index)]); }
    std::string name(int64_t index) const override { return paths_[size_t(index)].string(); }
    std::string id(int64_t index) const override { return fileId(name(index)); }

  private:
    std::vector<std::filesystem::path> paths_;
};

}  // namespace

std::unique_ptr<ImageSource> makeFileSource(std::vector<std::filesystem::path> paths) {
    return std::make_unique<FileSource>(std::move(paths));
}

Result<std::unique_ptr<Dataset>> makeImageDataset(std::unique_ptr<ImageSource> source, ImageFacts facts,
                                                  Preprocessor preprocessor) {
    auto data = std::make_unique<ImageDataset>(std::move(source), std::move(facts), std::move(preprocessor));
    QS_TRY(data->prepare());
    return Result<std::unique_ptr<Dataset>>(std::move(data));
}

protocol::Preprocessing photographDefaults() {
    protocol::Preprocessing defaults;
    defaults.channels = 3;
    defaults.resize = 256;
    defaults.crop = 224;
    defaults.mean = {0.485, 0.456, 0.406};
    defaults.std = {0.229, 0.224, 0.225};
    return defaults;
}

std::string fileId(const std::string& path) {
    std::error_code error;
    const auto canonical = std::filesystem::weakly_canonical(path, error);
    return error ? path : canonical.string();
}

}  // namespace qs
