#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/messages/variant_spec.h"

/// A variant as a file.
namespace qs::protocol {

/// "variant.export" -> ExportResult. A job. Failure where `path` exists and `replace` is false.
struct ExportParams {
    VariantSpec variant;  ///< with data where the recipe has no calibration
    std::string path;
    std::string target = {};            ///< a name of EngineInfo::targets; empty: by the extension
    int opset = 0;                      ///< of ONNX; 0: the target's default
    bool preprocessing_inside = false;  ///< scaling and normalization become part of the network
    bool replace = false;               ///< whether what has the name already may be replaced
};

struct ExportResult {
    std::string path;
    std::string target;
    int64_t bytes = 0;                       ///< of all files
    std::vector<std::string> files = {};     ///< paths, the main one first
    std::vector<std::string> notes = {};     ///< what a person must know about the file
    std::vector<std::string> commands = {};  ///< what to do with it next
};

}  // namespace qs::protocol
