#pragma once

#include <map>
#include <string>
#include <utility>

#include "graph/graph.h"
#include "graph/qparams.h"

namespace qs {

/// Which grid of which value an encoding is for. A value lies on the grid that its producer's qconfig (of a
/// float value: its first reader's) asks for; a reader that wants another kind of grid has one of its own.
struct EncodingKey {
    std::string value;      ///< its name in the graph
    std::string grid = {};  ///< gridText() of the reader's qconfig; empty: the value's own grid
    EncodingKey(std::string valueName, std::string gridName = {})
        : value(std::move(valueName)), grid(std::move(gridName)) {}
    auto operator<=>(const EncodingKey&) const = default;
};

/// What calibration, training or a file says of activations (graph inputs, group outputs, and convolution
/// outputs before a fused residual add).
using Calibration = std::map<EncodingKey, QParams>;

/// Every grid of a quantized network that does not follow from another one.
struct Encodings {
    Calibration activations;
    /// By name of the layer, for each whose weights lie on a grid.
    std::map<std::string, QParams> weights;

    bool operator==(const Encodings&) const = default;
};

/// The qparams that a quantized file gives its activations; empty for graphs of other files.
Calibration fileCalibration(const Graph& graph);

}  // namespace qs
