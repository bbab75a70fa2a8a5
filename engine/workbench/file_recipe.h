#pragma once

#include <string>

#include "core/result.h"
#include "importers/importer.h"
#include "protocol/messages.h"

namespace qs {

/// How a file that is quantized already comes back exactly as it is.
struct FileRecipe {
    protocol::Recipe recipe;
    std::string note;  ///< how much of the network is integer
};

/// Of an opened model with `quantization`.
Result<FileRecipe> fileRecipe(const ImportedModel& model);

}  // namespace qs
