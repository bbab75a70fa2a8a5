#include <algorithm>
#include <filesystem>

#include "core/translatable.h"
#include "data/class_names.h"
#include "data/formats/image_dataset.h"
#include "data/formats/image_file.h"

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

Result<std::unique_ptr<Dataset>> openImageFolder(const std::string& argument, const DatasetOptions& options) {
    if (argument.empty()) {
        return usageError("imagefolder needs a folder: imagefolder:DIR");
    }
    QS_ASSIGN(Preprocessor preprocessor, Preprocessor::make(options.preprocessing, photographDefaults()));

    std::error_code error;
    if (!fs::is_directory(argument, error)) {
        return failure("cannot read " + argument + ": " +
                       (fs::exists(argument, error) ? "not a folder" : "no such folder"));
    }
    std::vector<Sample> samples;
    ImageFacts facts;
    collect(argument, samples, facts.classes);
    if (samples.empty()) {
        return failure("no images in " + argument +
                       ": it should hold a folder a class with images, or images");
    }
    if (!facts.classes.empty()) {
        spreadClasses(samples, facts.classes.size());
    }
    if (!options.classes.empty()) {
        QS_TRY(checkClassCount(options.classes.size(), facts.classes.size(), argument));
        facts.classes = options.classes;
    }
    std::vector<fs::path> paths;
    for (Sample& sample : samples) {
        paths.push_back(std::move(sample.path));
        if (sample.label != kUnlabelled) {
            facts.labels.push_back(sample.label);
        }
    }
    return makeImageDataset(makeFileSource(std::move(paths)), std::move(facts), std::move(preprocessor));
}

}  // namespace

void register_imagefolder(Registry<DatasetFormat>& registry) {
    registry.add(
        "imagefolder",
        {QT_TRANSLATE_NOOP(
             "Engine", "a folder a class, any image that OpenCV reads; or a flat folder, unlabelled: DIR"),
         openImageFolder});
}

}  // namespace qs
