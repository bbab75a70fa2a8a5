#include "exporters/metadata.h"

#include <nlohmann/json.hpp>

#include "protocol/parse_json.h"

namespace qs {

LayerTensors layerTensors(const QuantizedGraph& graph, const std::function<std::string(ValueId)>& nameOf) {
    LayerTensors layers;
    for (const QNode& node : graph.nodes) {
        for (const ValueId output : node.outputs) {
            if (graph.value(output).isInteger()) {
                layers[node.layer].push_back(nameOf(output));
            }
        }
    }
    return layers;
}

Result<std::string> fileMetadata(const ExportOptions& options, const LayerTensors& layers,
                                 const LayerNames& names) {
    using Json = nlohmann::json;
    Json metadata = options.metadata.empty() ? Json::object() : protocol::parseJson(options.metadata).value;
    if (!metadata.is_object()) {
        return usageError("export metadata is not a JSON object: " + options.metadata);
    }
    if (!layers.empty()) {
        metadata["layers"] = layers;
    }
    if (!names.empty()) {
        metadata["layer_names"] = names;
    }
    if (!metadata.contains("input_shape") && !options.inputShapes.empty()) {
        metadata["input_shape"] = options.inputShapes.front();
    }
    return metadata.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace qs
