#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/registry.h"
#include "core/result.h"
#include "graph/quantized_graph.h"
#include "isolation/output_set.h"
#include "protocol/messages/data.h"

namespace qs {

/// What goes into an export besides the network.
struct ExportOptions {
    /// One a graph input, with the N of an example; -1 where the model's file leaves the extent free. The
    /// first extent is always written as free where the format can say so. Empty: the graph's own.
    std::vector<Shape> inputShapes = {};
    int64_t fixedBatch = 0;     ///< the only batch size that the network runs (Graph::fixedBatch); 0: any
    std::string metadata = {};  ///< JSON object that the file carries (recipe, engine version)
    int opset = 0;              ///< of ONNX; 0: Exporter::opset
    /// How images become the network's input; every field is set. Absent: nobody knows.
    std::optional<protocol::Preprocessing> preprocessing = {};
    /// Put scaling, normalization and colour order into the network, which then takes N x C x H x W pixels
    /// 0..255 in RGB order, as float32, after resizing and cropping.
    bool preprocessingInside = false;
    std::vector<std::string> classes = {};
    std::vector<at::Tensor> example = {};  ///< one a graph input; what formats with an example input keep
};

/// A file of an export. `name` is relative: to the folder of the main file, or to the export itself where it
/// is a folder ("app/src/main/assets/model.ptl").
struct ExportedFile {
    std::filesystem::path name;
    std::string bytes;
    bool executable = false;
};

/// An export in memory, to be written whole or not at all.
struct Exported {
    std::vector<ExportedFile> files;         ///< the main one first
    std::vector<std::string> notes = {};     ///< what a person must know: "layer conv1 is fake-quantized"
    std::vector<std::string> commands = {};  ///< what to do with it next: a trtexec command line
};

/// A target: a format, as one runtime wants it. Names are what --target takes.
struct Exporter {
    std::string description;  ///< for menus
    std::string extension;    ///< ".pt"; empty: the export is a folder
    bool isDefault = false;   ///< of its extension
    /// What opens the main file (FileRuntime, engine/verify); empty: nothing on this machine can.
    std::string runtime = {};
    bool int8Activations = false;  ///< of ONNX: its runtime computes with int8 activations as they stand
    int opset = 0;                 ///< of ONNX targets: what is written unless asked otherwise; 0: not ONNX
    int newestOpset = 0;           ///< ... and at most
    /// What the main file's name gets where other files come with it: ".data".
    std::vector<std::string> companions = {};
    /// Makes the files; the main one is called `fileName` (of a folder: its name). Everything that can be
    /// refused is refused here, before anything is written: an op or qparams that the target has no form for
    /// are failures that name the layer and the remedy. Does not touch the disk.
    std::function<Result<Exported>(const QuantizedGraph&, const ExportOptions&, const std::string& fileName)>
        make;
};

/// engine/exporters/targets, one a file.
const Registry<Exporter>& exporters();

/// The exporter called `target`; where that is empty, the default one of the file name's extension. Usage
/// error naming those there are.
Result<const Exporter*> exporterFor(const std::filesystem::path& path, const std::string& target = {});

/// The place that an export to `path` takes. Usage error where the file name's extension is not the target's.
Result<OutputClaim> claimFor(const Exporter& exporter, const std::filesystem::path& path, bool replace);

/// The files of an export to `path`, which was claimed, into the set of outputs.
Status addExport(const Exported& exported, const Exporter& exporter, const std::filesystem::path& path,
                 OutputSet& outputs);

/// Where the files of an export to `path` lie.
std::filesystem::path folderOfExport(const Exporter& exporter, const std::filesystem::path& path);

/// Makes, and writes in place of what has the name, in one call.
Result<Exported> exportTo(const Exporter& exporter, const QuantizedGraph& graph, const ExportOptions& options,
                          const std::filesystem::path& path);

}  // namespace qs
