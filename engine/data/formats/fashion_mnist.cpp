#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "data/dataset.h"
#include "data/formats/idx.h"
#include "data/preprocess.h"
#include "data/resources.h"

namespace qs {

namespace {

namespace fs = std::filesystem;

constexpr int kClasses = 10;
const char* const kPackageFolder = "/usr/share/datasets/fashion-mnist";
const char* const kSubsetFolder = "fashion-mnist-test-subset";

class FashionMnist : public Dataset {
  public:
    FashionMnist(IdxArray images, IdxArray labels, Preprocessor preprocessor, std::string note)
        : images_(std::move(images)),
          labels_(std::move(labels)),
          preprocessor_(std::move(preprocessor)),
          note_(std::move(note)) {}

    /// Sets the sample shape by transforming the first image.
    Status prepare() {
        QS_ASSIGN(const Image first, preprocessor_.transform(image(0)));
        shape_ = {first.channels, first.height, first.width};
        return {};
    }

    int64_t size() const override { return images_.shape[0]; }
    bool labelled() const override { return true; }
    std::vector<std::string> classes() const override {
        return {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
    }
    std::vector<SampleInput> sampleInputs() const override { return {{"", shape_}}; }
    const std::vector<std::string>& skipped() const override { return skipped_; }
    protocol::Preprocessing preprocessing() const override { return preprocessor_.settings(); }
    std::string note() const override { return note_; }

    Result<Batch> read(int64_t begin, int64_t end) override {
        begin = std::clamp<int64_t>(begin, 0, size());
        end = std::clamp(end, begin, size());
        Batch batch;
        batch.inputs = {at::empty({end - begin, shape_[0], shape_[1], shape_[2]}, at::kFloat)};
        batch.labels = at::empty({end - begin}, at::kLong);
        const int64_t stride = shape_[0] * shape_[1] * shape_[2];
        for (int64_t i = begin; i < end; ++i) {
            QS_ASSIGN(const Image image, preprocessor_.transform(this->image(i)));
            preprocessor_.normalize(image, batch.inputs[0].data_ptr<float>() + (i - begin) * stride);
            batch.labels.data_ptr<int64_t>()[i - begin] = labels_.values[size_t(i)];
        }
        return batch;
    }

  private:
    Image image(int64_t index) const {
        Image image(int(images_.shape[2]), int(images_.shape[1]), 1);
        std::copy_n(images_.values.begin() + index * ptrdiff_t(image.pixels.size()), image.pixels.size(),
                    image.pixels.begin());
        return image;
    }

    IdxArray images_;
    IdxArray labels_;
    Preprocessor preprocessor_;
    std::string note_;
    std::vector<int64_t> shape_;
    std::vector<std::string> skipped_;  ///< always empty: pixels of an IDX file need no decoding
};

struct Location {
    fs::path folder;
    bool subset = false;
};

/// The full data where it is installed, else the bundled subset, which has test images only.
Result<Location> locate(const std::string& split, const std::string& stem) {
    const char* configured = std::getenv("QSCOPE_FASHION_MNIST");
    const fs::path folder = configured ? configured : kPackageFolder;
    std::error_code error;
    if (fs::exists(folder / (stem + "-images-idx3-ubyte.gz"), error)) {
        return Location{folder, false};
    }
    const auto samples = samplesFolder();
    if (split == "test" && samples && fs::is_directory(*samples / kSubsetFolder, error)) {
        return Location{*samples / kSubsetFolder, true};
    }
    return failure("no Fashion-MNIST " + split + " images in " + folder.string() +
                   ": install the package dataset-fashion-mnist, or name the folder of its files in "
                   "QSCOPE_FASHION_MNIST" +
                   (split == "train" ? " (the bundled subset has test images only)" : ""));
}

Status checkArrays(const IdxArray& images, const IdxArray& labels, const fs::path& folder) {
    if (images.shape[0] == 0 || images.values.empty()) {
        return failure("no images in " + folder.string());
    }
    if (images.shape[0] != labels.shape[0]) {
        return failure(folder.string() + " holds " + std::to_string(images.shape[0]) + " images but " +
                       std::to_string(labels.shape[0]) + " labels");
    }
    if (std::any_of(labels.values.begin(), labels.values.end(),
                    [](uint8_t label) { return label >= kClasses; })) {
        return failure(folder.string() + " holds labels outside 0.." + std::to_string(kClasses - 1));
    }
    return {};
}

Result<std::unique_ptr<Dataset>> openFashionMnist(const std::string& argument,
                                                  const protocol::Preprocessing& wanted) {
    const std::string split = argument.empty() ? "test" : argument;
    if (split != "test" && split != "train") {
        return usageError("fashion-mnist has the splits train and test, not '" + split + "'");
    }
    protocol::Preprocessing defaults;
    defaults.channels = 1;
    defaults.mean = {0.2860};
    defaults.std = {0.3530};
    QS_ASSIGN(Preprocessor preprocessor, Preprocessor::make(wanted, defaults));

    const std::string stem = split == "test" ? "t10k" : "train";
    QS_ASSIGN(const Location location, locate(split, stem));
    QS_ASSIGN(IdxArray images, readIdx(location.folder / (stem + "-images-idx3-ubyte.gz"), 3));
    QS_ASSIGN(IdxArray labels, readIdx(location.folder / (stem + "-labels-idx1-ubyte.gz"), 1));
    QS_TRY(checkArrays(images, labels, location.folder));
    std::string note;
    if (location.subset) {
        note = "bundled subset of " + std::to_string(images.shape[0]) +
               " images: dataset-fashion-mnist is not installed";
    }
    auto data = std::make_unique<FashionMnist>(std::move(images), std::move(labels), std::move(preprocessor),
                                               std::move(note));
    QS_TRY(data->prepare());
    return Result<std::unique_ptr<Dataset>>(std::move(data));
}

}  // namespace

void register_fashion_mnist(Registry<DatasetFormat>& registry) {
    registry.add("fashion-mnist", {"Fashion-MNIST: 28x28 grey images of clothes in 10 classes; [train|test]",
                                   openFashionMnist});
}

}  // namespace qs
