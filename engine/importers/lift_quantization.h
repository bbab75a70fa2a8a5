#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace qs {

struct LiftedNetwork {
    Graph graph;
    /// Main nodes of groups (fuse()) that have an integer form and integer inputs, but run on real numbers.
    std::vector<NodeId> floatLayers;
};

/// The float network that a quantized one stands for: markers and clamps of integers are gone, and every
/// value that was integer is marked with its grid (Value::qparams). Activations that only the integers' range
/// tells of come back as relu or clip. Nothing where `graph` has no markers and no constants that lie on
/// grids. Throws ImportError for arithmetic on the integers themselves. `notes` get what the float network
/// does otherwise than the file.
std::optional<LiftedNetwork> liftQuantization(Graph graph, std::vector<std::string>& notes);

}  // namespace qs
