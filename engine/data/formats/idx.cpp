#include <filesystem>

#include "core/translatable.h"
#include "data/class_names.h"
#include "data/formats/idx_file.h"

namespace qs {

namespace {

/// MNIST and its relatives call their splits t10k-... and train-...: the file of the other split, if it is
/// there.
std::string trainingFile(const std::string& path) {
    const std::filesystem::path file(path);
    const std::string name = file.filename().string();
    if (!name.starts_with("t10k")) {
        return {};
    }
    const auto partner = file.parent_path() / ("train" + name.substr(4));
    std::error_code error;
    return std::filesystem::exists(partner, error) ? partner.string() : std::string();
}

std::string trainingSource(const std::string& images, const std::string& labels) {
    const std::string partner = trainingFile(images);
    const std::string partnerLabels = trainingFile(labels);
    if (partner.empty() || (!labels.empty() && partnerLabels.empty())) {
        return {};
    }
    return "idx:" + partner + (labels.empty() ? "" : "," + partnerLabels);
}

Result<std::unique_ptr<Dataset>> openIdx(const std::string& argument, const DatasetOptions& options) {
    const size_t comma = argument.find(',');
    const std::string images = argument.substr(0, comma);
    const std::string labels = comma == std::string::npos ? "" : argument.substr(comma + 1);
    if (images.empty() || (comma != std::string::npos && labels.empty())) {
        return usageError("idx needs files: idx:IMAGES or idx:IMAGES,LABELS");
    }
    protocol::Preprocessing defaults;
    defaults.channels = 1;
    QS_ASSIGN(Preprocessor preprocessor, Preprocessor::make(options.preprocessing, defaults));
    QS_ASSIGN(IdxImages data, readIdxImages(images, labels));
    if (!options.classes.empty()) {
        QS_TRY(checkLabels(data.labels, options.classes.size(), labels));
    }
    ImageFacts facts{std::move(data.labels), options.classes, trainingSource(images, labels), ""};
    return makeImageDataset(std::move(data.images), std::move(facts), std::move(preprocessor));
}

}  // namespace

void register_idx(Registry<DatasetFormat>& registry) {
    registry.add(
        "idx", {QT_TRANSLATE_NOOP("Engine",
                                  "grey images as MNIST's files hold them, gzipped or not: IMAGES[,LABELS]"),
                openIdx});
}

}  // namespace qs
