#pragma once

#include <string>
#include <vector>

#include "exporters/metadata.h"
#include "graph/quantized_graph.h"

namespace qs {

/// An integer tensor of a network that a file has too.
struct StepTensor {
    size_t node = 0;
    size_t output = 0;  ///< of the node
    ValueId value;
    std::string layer;   ///< QNode::layer
    std::string tensor;  ///< its name in the file
};

/// In the order of the graph. `layers` as FileFacts has them; what the file does not name is left out.
std::vector<StepTensor> stepTensors(const QuantizedGraph& graph, const LayerTensors& layers);

/// The layer that people know a step by: a boundary may be called after an activation that is fused into one.
std::string shownLayerName(const QuantizedGraph& graph, const QNode& node);

}  // namespace qs
