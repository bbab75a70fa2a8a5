#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/job.h"
#include "data/dataset.h"
#include "graph/graph.h"
#include "graph/passes/fusion.h"
#include "graph/quantized_graph.h"
#include "ops/op.h"
#include "quant/observer.h"
#include "quant/qconfig.h"

namespace qs {

/// What calibration learned: activation qparams by value name (graph inputs, group outputs, and convolution
/// outputs before a fused residual add). Weight qparams follow from the weights.
using Calibration = std::map<std::string, QParams>;

/// The qparams that a quantized file gives its activations; empty for graphs of other files.
Calibration fileCalibration(const Graph& graph);

/// A graph with its groups, the qconfig of each, and the values to observe.
struct PreparedModel {
    Graph graph;
    std::vector<FusionGroup> groups;
    std::vector<ResolvedQConfig> qconfigs;  ///< per group
    std::vector<bool> integer;              ///< per group: whether it runs on integers
    /// Values that need qparams, and the activation qconfig that rules each.
    std::map<ValueId, QConfig> observed;
    /// Those of them whose qparams follow from the op that makes them.
    std::map<ValueId, FixedRange> fixed;
};

/// The observer of one of `model.observed`: the one that `config` names, or one that knows the answer where
/// the range is fixed.
Result<std::unique_ptr<Observer>> makeActivationObserver(const PreparedModel& model, ValueId value,
                                                         const TensorQConfig& config);

/// How a node's weight is quantized: as its qconfig's `weight` or `qatWeight` says, but per tensor where the
/// op allows nothing else.
TensorQConfig weightConfig(const Node& node, const TensorQConfig& config);

/// The value that a fused residual add reads from its convolution (after batch norm).
ValueId preAddValue(const Graph& graph, const FusionGroup& group);

/// Resolves rules and decides per group whether it runs on integers: its qconfig is not FP32, its op has an
/// integer form, and an op without weights has integer inputs (all for a pass-through op, one for the
/// others): it follows its surroundings. Where a tensor of another type than float32 comes in or out, it is
/// float. Failure where anything is to be quantized and a parameter of any layer is not finite, with the
/// layer's name.
Result<PreparedModel> prepare(Graph graph, const RuleSet& rules);

/// Runs the float model over `samples` samples (all if 0) of the data with observers on the observed values.
/// Parts that only concatenations read take the result's qparams.
Result<Calibration> calibrate(const PreparedModel& model, Dataset& data, int64_t samples, int64_t batch,
                              Job& job);

/// Folds batch norm, quantizes weights, and places every boundary. Weights that lie on a grid of their file
/// keep it. Every observed value must be in
/// `calibration`.
Result<QuantizedGraph> convert(const PreparedModel& model, const Calibration& calibration);

/// The model with every layer in FP32 (batch norm folded, fusions kept): the baseline that layers are
/// compared with.
Result<QuantizedGraph> convertFloat(const Graph& graph);

}  // namespace qs
