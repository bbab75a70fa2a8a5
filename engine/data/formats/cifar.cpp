#include <algorithm>
#include <filesystem>
#include <sstream>

#include "core/translatable.h"
#include "data/class_names.h"
#include "data/formats/byte_source.h"
#include "data/formats/image_dataset.h"

namespace qs {

namespace {

namespace fs = std::filesystem;

constexpr int kSide = 32;
constexpr int64_t kPixels = int64_t(kSide) * kSide;

/// What tells CIFAR-10 and CIFAR-100 apart.
struct Kind {
    const char* name;
    int64_t labelBytes;  ///< before the pixels; the last one is the class
    size_t classes;
    const char* namesFile;
    std::vector<std::string> test;
    std::vector<std::string> train;
    std::vector<double> mean;
    std::vector<double> std;

    int64_t recordBytes() const { return labelBytes + 3 * kPixels; }
};

const Kind& cifar10() {
    static const Kind kind{
        "cifar10",
        1,
        10,
        "batches.meta.txt",
        {"test_batch.bin"},
        {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
        {0.4914, 0.4822, 0.4465},
        {0.2470, 0.2435, 0.2616}};
    return kind;
}

const Kind& cifar100() {
    static const Kind kind{"cifar100",
                           2,
                           100,
                           "fine_label_names.txt",
                           {"test.bin"},
                           {"train.bin"},
                           {0.5071, 0.4865, 0.4409},
                           {0.2673, 0.2564, 0.2762}};
    return kind;
}

/// One file of records: labels, then 32 x 32 bytes of red, of green and of blue.
struct Records {
    std::string path;
    std::string id;
    std::shared_ptr<const ByteSource> bytes;
    int64_t count = 0;
};

class CifarSource : public ImageSource {
  public:
    CifarSource(const Kind& kind, std::vector<Records> files) : kind_(kind), files_(std::move(files)) {}

    int64_t size() const override {
        int64_t total = 0;
        for (const Records& file : files_) {
            total += file.count;
        }
        return total;
    }
    Result<Image> load(int64_t index) const override {
        const auto [file, record] = find(index);
        std::vector<uint8_t> planes(size_t(3 * kPixels));
        QS_TRY(file->bytes->read(record * kind_.recordBytes() + kind_.labelBytes, planes.data(),
                                 int64_t(planes.size())));
        Image image(kSide, kSide, 3);
        for (size_t i = 0; i < size_t(kPixels); ++i) {
            for (size_t c = 0; c < 3; ++c) {
                image.pixels[3 * i + c] = planes[c * size_t(kPixels) + i];
            }
        }
        return image;
    }
    std::string name(int64_t index) const override {
        const auto [file, record] = find(index);
        return file->path + "#" + std::to_string(record);
    }
    std::string id(int64_t index) const override {
        const auto [file, record] = find(index);
        return file->id + "#" + std::to_string(record);
    }

    Result<std::vector<int64_t>> readLabels() const {
        std::vector<int64_t> labels;
        for (const Records& file : files_) {
            for (int64_t i = 0; i < file.count; ++i) {
                uint8_t label = 0;
                QS_TRY(file.bytes->read(i * kind_.recordBytes() + kind_.labelBytes - 1, &label, 1));
                if (label >= kind_.classes) {
                    return failure(file.path + ": record " + std::to_string(i) + " has label " +
                                   std::to_string(label) + ", outside 0.." +
                                   std::to_string(kind_.classes - 1) + ": not a " + kind_.name + " file");
                }
                labels.push_back(label);
            }
        }
        return labels;
    }

  private:
    std::pair<const Records*, int64_t> find(int64_t index) const {
        auto file = files_.begin();
        for (; index >= file->count; ++file) {
            index -= file->count;
        }
        return {&*file, index};
    }

    const Kind& kind_;
    std::vector<Records> files_;
};

Result<Records> openRecords(const Kind& kind, const fs::path& path) {
    Records file{path.string(), fileId(path.string()), nullptr, 0};
    QS_ASSIGN(file.bytes, openBytes(path));
    if (file.bytes->size() == 0 || file.bytes->size() % kind.recordBytes() != 0) {
        return failure(path.string() + " is truncated or no " + kind.name +
                       " file: its size is not a multiple of " + std::to_string(kind.recordBytes()) +
                       " bytes");
    }
    file.count = file.bytes->size() / kind.recordBytes();
    return file;
}

struct Files {
    std::vector<fs::path> paths;
    fs::path folder;  ///< of the names of the classes
    std::string calibrationSource;
};

bool allExist(const fs::path& folder, const std::vector<std::string>& names) {
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        std::error_code error;
        return fs::exists(folder / name, error);
    });
}

/// DIR, DIR,train, DIR,test, or files between commas.
Result<Files> findFiles(const Kind& kind, const std::string& argument) {
    std::vector<std::string> parts;
    std::istringstream stream(argument);
    for (std::string part; std::getline(stream, part, ',');) {
        parts.push_back(part);
    }
    if (parts.empty()) {
        return usageError(std::string(kind.name) + " needs a folder or files: " + kind.name +
                          ":DIR[,test|,train]");
    }
    std::error_code error;
    if (!fs::is_directory(parts[0], error)) {
        return Files{{parts.begin(), parts.end()}, fs::path(parts[0]).parent_path(), ""};
    }
    const std::string split = parts.size() > 1 ? parts[1] : "test";
    if (parts.size() > 2 || (split != "test" && split != "train")) {
        return usageError(std::string(kind.name) + " has the splits train and test: " + kind.name +
                          ":DIR,train");
    }
    Files files;
    files.folder = parts[0];
    for (const std::string& name : split == "test" ? kind.test : kind.train) {
        files.paths.push_back(files.folder / name);
    }
    if (split == "test" && allExist(files.folder, kind.train)) {
        files.calibrationSource = std::string(kind.name) + ":" + parts[0] + ",train";
    }
    return files;
}

/// The labels file's names, else those that lie beside the data, else none.
Result<std::vector<std::string>> findNames(const Kind& kind, const fs::path& folder,
                                           const DatasetOptions& options) {
    std::vector<std::string> names = options.classes;
    std::error_code error;
    if (names.empty() && fs::exists(folder / kind.namesFile, error)) {
        QS_ASSIGN(names, readClassNames(folder / kind.namesFile));
    }
    if (!names.empty()) {
        QS_TRY(checkClassCount(names.size(), kind.classes, kind.name));
    }
    return names;
}

Result<std::unique_ptr<Dataset>> openCifar(const Kind& kind, const std::string& argument,
                                           const DatasetOptions& options) {
    protocol::Preprocessing defaults;
    defaults.channels = 3;
    defaults.mean = kind.mean;
    defaults.std = kind.std;
    QS_ASSIGN(Preprocessor preprocessor, Preprocessor::make(options.preprocessing, defaults));
    QS_ASSIGN(Files files, findFiles(kind, argument));
    std::vector<Records> records;
    for (const fs::path& path : files.paths) {
        QS_ASSIGN(Records file, openRecords(kind, path));
        records.push_back(std::move(file));
    }
    auto source = std::make_unique<CifarSource>(kind, std::move(records));
    ImageFacts facts;
    QS_ASSIGN(facts.labels, source->readLabels());
    QS_ASSIGN(facts.classes, findNames(kind, files.folder, options));
    facts.calibrationSource = files.calibrationSource;
    return makeImageDataset(std::move(source), std::move(facts), std::move(preprocessor));
}

}  // namespace

void register_cifar(Registry<DatasetFormat>& registry) {
    const auto add = [&](const Kind& kind, const char* description) {
        registry.add(kind.name,
                     {description, [&kind](const std::string& argument, const DatasetOptions& options) {
                          return openCifar(kind, argument, options);
                      }});
    };
    add(cifar10(),
        QT_TRANSLATE_NOOP(
            "Engine",
            "CIFAR-10's binary version, 32x32 colour images in 10 classes: DIR[,test|,train], or files"));
    add(cifar100(),
        QT_TRANSLATE_NOOP(
            "Engine",
            "CIFAR-100's binary version, 32x32 colour images in 100 classes: DIR[,test|,train], or files"));
}

}  // namespace qs
