#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace qs::test {

/// A model of the corpus (tests/corpus/manifest.json): how it is made, and what must come of opening it.
struct CorpusRow {
    enum class Source { Torchvision, Small, Npm };

    std::string name;
    Source from = Source::Small;
    std::vector<std::string> forms;  ///< of "traced", "scripted", "onnx"
    bool fast = false;               ///< runs in every test run, not only in the full one
    std::string file;                ///< Npm: below node_modules
    std::vector<int64_t> shape;      ///< Npm: of the reference input

    std::optional<std::string> error;         ///< part of the message with which every form is refused
    std::optional<std::string> unsizedError;  ///< part of the message where no shapes are given
    std::optional<size_t> layers;
    std::optional<size_t> quantizable;
    double difference = 1e-4;               ///< largest allowed, relative to the output's largest magnitude
    double sqnr = 10;                       ///< least allowed of INT8 against float, in dB
    std::vector<int64_t> batches = {2, 1};  ///< that the float network runs
    std::vector<std::string> contains;      ///< layer names
    std::string note;                       ///< part of one of the notes
    bool judgedByEager = false;  ///< compare with the stored outputs only: no runtime runs this file as float
    bool exports = false;        ///< quantize and export it through the workbench as well
};

/// Every row, in the manifest's order. Throws where the manifest is not understood.
std::vector<CorpusRow> readManifest();

void PrintTo(const CorpusRow& row, std::ostream* stream);

}  // namespace qs::test
