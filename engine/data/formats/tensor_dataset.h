#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/formats/npy_file.h"

namespace qs {

/// An array of samples, N x ...; `name` is the model's input that it feeds, empty where position decides.
struct NamedArray {
    std::string name;
    NpyFile file;
};

/// Ready tensors. Inputs: floats and bytes become float32, int32 and int64 stay integers (int64). Labels:
/// integers, N (a class a sample) or N x ... (masks, sequences padded with -1). `source` identifies the
/// samples. Usage error where preprocessing is asked for; failure where shapes, types, sample numbers or
/// labels do not fit each other.
Result<std::unique_ptr<Dataset>> makeTensorDataset(std::vector<NamedArray> inputs,
                                                   std::optional<NpyFile> labels,
                                                   const DatasetOptions& options, const std::string& source);

}  // namespace qs
