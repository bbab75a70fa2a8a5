#pragma once

#include <optional>

#include "graph/graph.h"

namespace qs {

/// Nodes by which an importer writes down that a quantized network turns real numbers into integers and back;
/// one input, one output. Between them stand operators on real numbers, and such on integers that only move
/// or clamp values (clip, in real units). They never leave finishGraph(): see liftQuantization().
inline constexpr char kQuantizeMarker[] = "quantize";
inline constexpr char kDequantizeMarker[] = "dequantize";

/// Attributes of a quantize marker; `grid` is per tensor.
Attributes markerAttributes(const QParams& grid);
QParams markerGrid(const Node& marker);

/// Whether the node's result is its input's integers, on the same grid: some of them, copied, averaged or
/// clipped.
bool movesIntegers(const Node& node);

/// The grid of a value that holds integers; nothing for real numbers.
std::optional<QParams> integerGrid(const Graph& graph, ValueId value);

/// Same real value for each integer; the ranges may differ.
bool isSameGrid(const QParams& a, const QParams& b);

/// dequantize -> what only moves values, with no quantize behind it: it moves the integers, and what reads
/// its result reads a grid.
void moveBeforeDequantizing(Graph& graph);

/// quantize -> clip on integers that nobody else reads: a narrower range of the marker's grid. Leaves nodes
/// that nobody reads.
void foldClamps(Graph& graph);

}  // namespace qs
