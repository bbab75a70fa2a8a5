#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace qs {

/// Nodes by which an importer writes down that a quantized network turns real numbers into integers and back;
/// one input, one output. Between them stand operators on real numbers, and such on integers that only move
/// or clamp values (clip, in real units). They never leave finishGraph().
inline constexpr char kQuantizeMarker[] = "quantize";
inline constexpr char kDequantizeMarker[] = "dequantize";

/// Attributes of a quantize marker; `grid` is per tensor.
Attributes markerAttributes(const QParams& grid);

/// The grid of a value that holds integers; nothing for real numbers.
std::optional<QParams> integerGrid(const Graph& graph, ValueId value);

/// Same real value for each integer; the ranges may differ.
bool isSameGrid(const QParams& a, const QParams& b);

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
