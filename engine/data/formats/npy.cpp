#include <filesystem>
#include <sstream>

#include "core/translatable.h"
#include "data/formats/tensor_dataset.h"

namespace qs {

namespace {

constexpr const char* kUsage =
    "npy needs files: npy:X.npy, npy:X.npy,Y.npy or npy:a=X.npy,b=Y.npy,labels=L.npy";

struct Part {
    std::string name;
    std::string path;
};

/// The parts between commas, each NAME=FILE or FILE (also where a file of that very name has a '=').
std::vector<Part> split(const std::string& argument) {
    std::vector<Part> parts;
    std::istringstream stream(argument);
    for (std::string text; std::getline(stream, text, ',');) {
        const size_t equals = text.find('=');
        std::error_code error;
        if (equals == std::string::npos || std::filesystem::exists(text, error)) {
            parts.push_back({"", text});
        } else {
            parts.push_back({text.substr(0, equals), text.substr(equals + 1)});
        }
    }
    return parts;
}

/// X.npy[,Y.npy]: the second file holds the labels.
Status nameParts(std::vector<Part>& parts) {
    size_t named = 0;
    for (const Part& part : parts) {
        named += part.name.empty() ? 0 : 1;
        if (part.path.empty()) {
            return usageError(kUsage);
        }
    }
    if (parts.empty() || (named > 0 && named < parts.size()) || (named == 0 && parts.size() > 2)) {
        return usageError(kUsage);
    }
    if (named == 0 && parts.size() == 2) {
        parts[1].name = "labels";
    }
    return {};
}

Result<std::unique_ptr<Dataset>> openNpy(const std::string& argument, const DatasetOptions& options) {
    std::vector<Part> parts = split(argument);
    QS_TRY(nameParts(parts));
    std::vector<NamedArray> inputs;
    std::optional<NpyFile> labels;
    for (const Part& part : parts) {
        QS_ASSIGN(NpyFile file, NpyFile::open(part.path));
        if (part.name == "labels") {
            labels = std::move(file);
        } else {
            inputs.push_back({part.name, std::move(file)});
        }
    }
    const std::string source = inputs.empty() ? parts[0].path : inputs[0].file.name();
    return makeTensorDataset(std::move(inputs), std::move(labels), options, source);
}

}  // namespace

void register_npy(Registry<DatasetFormat>& registry) {
    registry.add("npy",
                 {QT_TRANSLATE_NOOP(
                      "Engine",
                      "ready tensors N x ... from NumPy, with labels if given: X.npy[,Y.npy], or a file an "
                      "input: a=X.npy,b=Y.npy,labels=L.npy"),
                  openNpy});
}

}  // namespace qs
