#include "exporters/metadata.h"

#include <nlohmann/json.hpp>

namespace qs {

Result<std::string> fileMetadata(const ExportOptions& options) {
    using Json = nlohmann::json;
    Json metadata = options.metadata.empty() ? Json::object() : Json::parse(options.metadata, nullptr, false);
    if (!metadata.is_object()) {
        return usageError("export metadata is not a JSON object: " + options.metadata);
    }
    if (!metadata.contains("input_shape") && !options.inputShapes.empty()) {
        metadata["input_shape"] = options.inputShapes.front();
    }
    return metadata.dump();
}

}  // namespace qs
