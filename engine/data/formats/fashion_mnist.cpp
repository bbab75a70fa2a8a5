#include <cstdlib>
#include <filesystem>

#include "core/translatable.h"
#include "data/class_names.h"
#include "data/formats/idx_file.h"
#include "data/resources.h"

namespace qs {

namespace {

namespace fs = std::filesystem;

constexpr size_t kClasses = 10;
const char* const kPackageFolder = "/usr/share/datasets/fashion-mnist";
const char* const kSubsetFolder = "fashion-mnist-test-subset";

std::vector<std::string> classNames() {
    return {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
            "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
}

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

Result<std::unique_ptr<Dataset>> openFashionMnist(const std::string& argument,
                                                  const DatasetOptions& options) {
    const std::string split = argument.empty() ? "test" : argument;
    if (split != "test" && split != "train") {
        return usageError("fashion-mnist has the splits train and test, not '" + split + "'");
    }
    protocol::Preprocessing defaults;
    defaults.channels = 1;
    defaults.mean = {0.2860};
    defaults.std = {0.3530};
    QS_ASSIGN(Preprocessor preprocessor, Preprocessor::make(options.preprocessing, defaults));

    const std::string stem = split == "test" ? "t10k" : "train";
    QS_ASSIGN(const Location location, locate(split, stem));
    QS_ASSIGN(IdxImages data, readIdxImages(location.folder / (stem + "-images-idx3-ubyte.gz"),
                                            location.folder / (stem + "-labels-idx1-ubyte.gz")));
    ImageFacts facts;
    facts.classes = options.classes.empty() ? classNames() : options.classes;
    QS_TRY(checkClassCount(facts.classes.size(), kClasses, "Fashion-MNIST"));
    QS_TRY(checkLabels(data.labels, facts.classes.size(), location.folder.string()));
    facts.labels = std::move(data.labels);
    if (location.subset) {
        facts.note = "bundled subset of " + std::to_string(data.images->size()) +
                     " images: dataset-fashion-mnist is not installed";
    } else if (split == "test" && locate("train", "train")) {
        facts.calibrationSource = "fashion-mnist:train";
    }
    return makeImageDataset(std::move(data.images), std::move(facts), std::move(preprocessor));
}

}  // namespace

void register_fashion_mnist(Registry<DatasetFormat>& registry) {
    registry.add("fashion-mnist",
                 {QT_TRANSLATE_NOOP(
                      "Engine", "Fashion-MNIST: 28x28 grey images of clothes in 10 classes; [train|test]"),
                  openFashionMnist});
}

}  // namespace qs
