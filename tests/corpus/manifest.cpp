#include "corpus/manifest.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <stdexcept>

namespace qs::test {

namespace {

using nlohmann::json;

CorpusRow::Source sourceOf(const std::string& text) {
    if (text == "torchvision") {
        return CorpusRow::Source::Torchvision;
    }
    if (text == "small") {
        return CorpusRow::Source::Small;
    }
    if (text == "npm") {
        return CorpusRow::Source::Npm;
    }
    throw std::invalid_argument("manifest.json: no source '" + text + "'");
}

template <typename T>
void readOptional(const json& entry, const char* key, std::optional<T>& target) {
    if (entry.contains(key)) {
        target = entry.at(key).get<T>();
    }
}

CorpusRow rowOf(const json& entry) {
    CorpusRow row;
    row.name = entry.at("name");
    row.from = sourceOf(entry.at("from"));
    entry.at("forms").get_to(row.forms);
    row.fast = entry.value("fast", row.from == CorpusRow::Source::Small);
    row.file = entry.value("file", "");
    row.shape = entry.value("shape", row.shape);
    readOptional(entry, "error", row.error);
    readOptional(entry, "unsized", row.unsizedError);
    readOptional(entry, "layers", row.layers);
    readOptional(entry, "quantizable", row.quantizable);
    row.difference = entry.value("difference", row.difference);
    row.sqnr = entry.value("sqnr", row.sqnr);
    row.batches = entry.value("batches", row.batches);
    row.contains = entry.value("contains", row.contains);
    row.note = entry.value("note", "");
    row.judgedByEager = entry.value("judge", "runtime") == "eager";
    row.exports = entry.value("exports", false);
    return row;
}

}  // namespace

std::vector<CorpusRow> readManifest() {
    std::ifstream stream(QS_SOURCE_DIR "/tests/corpus/manifest.json");
    std::vector<CorpusRow> rows;
    for (const json& entry : json::parse(stream)) {
        rows.push_back(rowOf(entry));
    }
    return rows;
}

void PrintTo(const CorpusRow& row, std::ostream* stream) {
    *stream << row.name;
}

}  // namespace qs::test
