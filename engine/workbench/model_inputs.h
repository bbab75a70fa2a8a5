#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/job.h"
#include "core/result.h"
#include "data/dataset.h"
#include "graph/graph.h"
#include "importers/importer.h"
#include "protocol/messages.h"

namespace qs {

/// The inputs to open a model with: what is `given` (with N), and for the rest what `data` (maybe null)
/// consists of, as one sample. Usage error for a type or an extent that there is not.
Result<std::vector<InputSpec>> wantedInputs(const std::vector<protocol::TensorInfo>& given,
                                            const Dataset* data);

/// openModel(), and where it fails because of the inputs that are wanted, what is wrong with them: "the data
/// has 3 channels, the model takes 1: set --channels 1". `fromData`: whose shapes they are, in the message.
Result<ImportedModel> openModelWith(const std::filesystem::path& path, const std::vector<InputSpec>& wanted,
                                    bool fromData, const Job& job);

/// How the inputs of a sample become those of a model.
struct InputMap {
    std::vector<size_t> source;        ///< a model input each: index of the sample's input
    std::vector<SampleInput> targets;  ///< the model's, with names and types
};

/// By name where the data's inputs have names that the model knows, else by position. Failure where number,
/// names, shapes or types do not fit.
Result<InputMap> mapInputs(const Graph& graph, const Dataset& data);

/// What stands behind N in each input of the graph; failure for an input without N.
Result<std::vector<SampleInput>> sampleInputsOf(const Graph& graph);

}  // namespace qs
