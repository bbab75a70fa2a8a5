#pragma once

#include <string>

#include "core/result.h"
#include "exporters/exporter.h"

namespace qs {

/// The JSON object that an exported file carries: the caller's metadata, with "input_shape" filled in where
/// it is not said there. Usage error where the metadata is not a JSON object.
Result<std::string> fileMetadata(const ExportOptions& options);

}  // namespace qs
