#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/job.h"
#include "data/dataset.h"
#include "graph/graph.h"
#include "graph/quantized_graph.h"
#include "ops/fusion.h"
#include "ops/op.h"
#include "quant/observer.h"
#include "quant/qconfig.h"

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

/// What calibration learned: the qparams of activations (graph inputs, group outputs, and convolution outputs
/// before a fused residual add). Weight qparams follow from the weights.
using Calibration = std::map<EncodingKey, QParams>;

/// The qparams that a quantized file gives its activations; empty for graphs of other files.
Calibration fileCalibration(const Graph& graph);

/// A grid of a value of the float graph; see EncodingKey.
struct GridId {
    ValueId value;
    std::string grid = {};
    bool operator==(const GridId&) const = default;
    bool operator<(const GridId& other) const {
        return value < other.value || (value == other.value && grid < other.grid);
    }
};

/// What tells one kind of grid from another: "int8 symmetric -128..127".
std::string gridText(const TensorQConfig& config);

/// A graph with its groups, what each computes in, and the grids of its values: decided by prepare() and
/// nowhere else.
struct PreparedModel {
    Graph graph;
    std::vector<FusionGroup> groups;
    std::vector<ResolvedQConfig> qconfigs;  ///< per group
    std::vector<Compute> computes;          ///< per group
    /// Per group: the grid on which it reads each of its inputs (only the grid's name matters for values that
    /// are read as floats).
    std::vector<std::vector<GridId>> reads;
    /// Grids that need qparams, and the qconfig whose activation each follows.
    std::map<GridId, QConfig> observed;
    /// Values whose own qparams follow from the op that makes them.
    std::map<ValueId, FixedRange> fixed;

    bool isInteger(size_t group) const { return computes[group] == Compute::Integer; }
    /// Whether the group's activations lie on grids that calibration fixes.
    bool isStatic(size_t group) const { return isInteger(group) || computes[group] == Compute::Simulated; }
    EncodingKey keyOf(const GridId& id) const { return {graph.value(id.value).name, id.grid}; }
};

/// Whether weighted layers that compute so have their weights on a grid.
bool quantizesWeight(Compute compute);

/// The observer of one of `model.observed`: the one that `config` names, or one that knows the answer where
/// the range is fixed.
Result<Observer> makeActivationObserver(const PreparedModel& model, const GridId& id,
                                        const TensorQConfig& config);

/// How a node's weight is quantized: as its qconfig's `weight` or `qatWeight` says, but per tensor where the
/// op allows nothing else.
TensorQConfig weightConfig(const Node& node, const TensorQConfig& config);

/// The value that a fused residual add reads from its convolution (after batch norm).
ValueId preAddValue(const Graph& graph, const FusionGroup& group);

/// Resolves rules and decides what each group computes in. A static qconfig makes it Integer, or Simulated
/// where no integer kernel has its numbers (more than 8 bits, several scales a row of weights, float8), if
/// its op has an integer form and, without weights, inputs that are quantized (all for a pass-through op,
/// which then follows them, one for the others). Dynamic, weight-only and half-precision qconfigs concern
/// weighted layers alone. Where a tensor of another type than float32 comes in or out, a group is float. A
/// reader whose activation qconfig is of another kind than the grid of what it reads
/// (TensorQConfig::sameGrid) gets a grid of its own. Failure where anything is to be quantized and a
/// parameter of any layer is not finite, with the layer's name; usage error where a group size does not
/// divide a layer's rows, with the rule.
Result<PreparedModel> prepare(Graph graph, const RuleSet& rules);

/// What a person calls the numbers that a group computes with; see protocol::LayerResult::precision.
std::string precisionText(const PreparedModel& model, size_t group);

/// Decides again what prepare() decided by `qconfigs`, which have changed since: what groups compute in and
/// the grids that they read and need. Graph and groups stay.
void decide(PreparedModel& model);

/// observe() and chooseRanges() in one (quant/observe.h), for who needs the statistics only once. Reads no
/// data where nothing is to be observed.
Result<Calibration> calibrate(const PreparedModel& model, const Dataset& data, int64_t samples, int64_t batch,
                              Job& job);

/// Folds batch norm, quantizes weights, and places every boundary. Weights that lie on a grid of their file
/// keep it. Every observed grid must be in `calibration`; what is there and cannot be that of its group is a
/// failure.
Result<QuantizedGraph> convert(const PreparedModel& model, const Calibration& calibration);

/// The model with every layer in FP32 (batch norm folded, fusions kept): the baseline that layers are
/// compared with.
Result<QuantizedGraph> convertFloat(const Graph& graph);

}  // namespace qs
