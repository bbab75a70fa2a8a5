#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "core/files.h"
#include "core/translatable.h"
#include "data/class_names.h"
#include "data/formats/csv.h"
#include "data/formats/image_dataset.h"

namespace qs {

namespace {

namespace fs = std::filesystem;

/// Which fields of a row are read.
struct Columns {
    size_t path = 0;
    std::optional<size_t> label;
    bool header = false;
};

std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

std::optional<size_t> findColumn(const CsvRow& row, const std::set<std::string>& names) {
    for (size_t i = 0; i < row.fields.size(); ++i) {
        if (names.contains(lowered(row.fields[i]))) {
            return i;
        }
    }
    return std::nullopt;
}

/// From the header, where the first row is one: path (file, filename, image) and label (class).
Columns findColumns(const CsvRow& first) {
    if (const auto path = findColumn(first, {"path", "file", "filename", "image"})) {
        return {*path, findColumn(first, {"label", "class"}), true};
    }
    return {0, first.fields.size() > 1 ? std::optional<size_t>(1) : std::nullopt, false};
}

std::optional<int64_t> toNumber(const std::string& text) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size() && !text.empty();
    return whole ? std::optional(number) : std::nullopt;
}

/// The list as it stands in the file.
struct ImageList {
    std::string file;
    std::vector<fs::path> paths;
    std::vector<std::string> labels;  ///< as written; empty: unlabelled
    std::vector<int64_t> lines;

    Error wrong(size_t row, const std::string& problem) const {
        return failure(file + ", line " + std::to_string(lines[row]) + ": " + problem);
    }
};

Result<ImageList> readList(const std::string& file) {
    QS_ASSIGN(const std::string text, readFile(file));
    auto rows = parseCsv(text);
    if (!rows) {
        return failure(file + ", " + rows.error().message);
    }
    ImageList list;
    list.file = file;
    if (rows->empty()) {
        return failure(file + " lists no images: expected a path and a label a line");
    }
    const Columns columns = findColumns(rows->front());
    const fs::path folder = fs::path(file).parent_path();
    for (size_t i = columns.header ? 1 : 0; i < rows->size(); ++i) {
        const CsvRow& row = (*rows)[i];
        const size_t index = list.lines.size();
        list.lines.push_back(row.line);
        if (row.fields.size() <= columns.path || row.fields[columns.path].empty()) {
            return list.wrong(index, "no path");
        }
        list.paths.push_back(folder / row.fields[columns.path]);
        if (columns.label) {
            if (row.fields.size() <= *columns.label || row.fields[*columns.label].empty()) {
                return list.wrong(index, "no label, though other lines have one");
            }
            list.labels.push_back(row.fields[*columns.label]);
        }
    }
    return list.paths.empty() ? Result<ImageList>(failure(file + " lists no images below its header")) : list;
}

/// Labels that are all numbers are class indices.
Result<bool> labelByNumber(const ImageList& list, ImageFacts& facts) {
    for (size_t i = 0; i < list.labels.size(); ++i) {
        const auto number = toNumber(list.labels[i]);
        if (!number) {
            facts.labels.clear();
            return false;
        }
        facts.labels.push_back(*number);
    }
    const int64_t classes =
        facts.classes.empty() ? std::numeric_limits<int64_t>::max() : int64_t(facts.classes.size());
    for (size_t i = 0; i < facts.labels.size(); ++i) {
        if (facts.labels[i] < 0 || facts.labels[i] >= classes) {
            return list.wrong(i, "label " + list.labels[i] + " is outside " +
                                     (facts.classes.empty() ? "0.."
                                                            : "the " + std::to_string(classes) +
                                                                  " classes of the labels file"));
        }
    }
    return true;
}

/// Labels are names: of the labels file, else of the classes in alphabetical order.
Status labelByName(const ImageList& list, ImageFacts& facts) {
    if (facts.classes.empty()) {
        const std::set<std::string> names(list.labels.begin(), list.labels.end());
        facts.classes.assign(names.begin(), names.end());
    }
    std::map<std::string, int64_t> indices;
    for (const std::string& name : facts.classes) {
        indices.emplace(name, int64_t(indices.size()));
    }
    for (size_t i = 0; i < list.labels.size(); ++i) {
        const auto found = indices.find(list.labels[i]);
        if (found == indices.end()) {
            return list.wrong(i, "class '" + list.labels[i] + "' is not in the labels file");
        }
        facts.labels.push_back(found->second);
    }
    return {};
}

Status checkFiles(const ImageList& list) {
    const bool any = std::any_of(list.paths.begin(), list.paths.end(), [](const fs::path& path) {
        std::error_code error;
        return fs::is_regular_file(path, error);
    });
    if (!any) {
        return failure("none of the " + std::to_string(list.paths.size()) + " images of " + list.file +
                       " is there, for example " + list.paths.front().string() +
                       ": paths are relative to the list's folder");
    }
    return {};
}

Result<std::unique_ptr<Dataset>> openImageList(const std::string& argument, const DatasetOptions& options) {
    if (argument.empty()) {
        return usageError("imagelist needs a file: imagelist:FILE.csv");
    }
    QS_ASSIGN(Preprocessor preprocessor, Preprocessor::make(options.preprocessing, photographDefaults()));
    QS_ASSIGN(ImageList list, readList(argument));
    QS_TRY(checkFiles(list));
    ImageFacts facts;
    facts.classes = options.classes;
    if (!list.labels.empty()) {
        QS_ASSIGN(const bool numbers, labelByNumber(list, facts));
        if (!numbers) {
            QS_TRY(labelByName(list, facts));
        }
    }
    return makeImageDataset(makeFileSource(std::move(list.paths)), std::move(facts), std::move(preprocessor));
}

}  // namespace

void register_imagelist(Registry<DatasetFormat>& registry) {
    registry.add("imagelist",
                 {QT_TRANSLATE_NOOP(
                      "Engine",
                      "images listed with their labels (numbers or names, or none), a path and a label a "
                      "line: FILE.csv"),
                  openImageList});
}

}  // namespace qs
