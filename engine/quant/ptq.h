#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/job.h"
#include "data/dataset.h"
#include "graph/graph.h"
#include "graph/quantized_graph.h"
#include "ops/op.h"
#include "quant/encodings.h"
#include "quant/network.h"
#include "quant/observer.h"
#include "quant/qconfig.h"

namespace qs {

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

/// A network with what each of its groups computes in, and the grids of its values: decided by prepare() and
/// nowhere else.
struct PreparedModel : Network {
    std::vector<ResolvedQConfig> qconfigs;  ///< per group
    std::vector<Compute> computes;          ///< per group
    /// Per group: the grid on which it reads each of its inputs (only the grid's name matters for values that
    /// are read as floats).
    std::vector<std::vector<GridId>> reads;
    /// Grids that need qparams, and the qconfig whose activation each follows.
    std::map<GridId, QConfig> observed;
    /// Values whose range follows from the op that makes them: their own qparams too where these hold what
    /// was observed.
    std::map<ValueId, FixedRange> fixed;
    /// Averages on grids (OpDef::averages), and the qconfig whose activation each follows: they have qparams
    /// of their own where what was observed asks for them, else their input's.
    std::map<ValueId, QConfig> averages;
    /// Groups that make masks or add them to scores (quant/ptq/masks.h): in FP32 whatever their qconfig is.
    std::set<size_t> masks;

    bool isInteger(size_t group) const { return computes[group] == Compute::Integer; }
    /// Whether the group's activations lie on grids that calibration fixes.
    bool isStatic(size_t group) const { return isInteger(group) || computes[group] == Compute::Simulated; }
    EncodingKey keyOf(const GridId& id) const { return {graph.value(id.value).name, id.grid}; }
};

/// Whether weighted layers that compute so have their weights on a grid.
bool quantizesWeight(Compute compute);

/// The observer of one of `model.observed`: the one that `config` names, or one that knows the answer where
/// the range is fixed: `calibrated` (null: nothing is known) if it is of the config's kind, else the whole
/// range.
Result<Observer> makeActivationObserver(const PreparedModel& model, const GridId& id,
                                        const TensorQConfig& config, const QParams* calibrated);

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
Result<PreparedModel> prepare(Network network, const RuleSet& rules);

/// What a person calls the numbers that a group computes with; see protocol::LayerResult::precision.
std::string precisionText(const PreparedModel& model, size_t group);

/// Decides again what prepare() decided by `qconfigs`, which have changed since: what groups compute in and
/// the grids that they read and need. The network stays.
void decide(PreparedModel& model);

/// The grid on which the value is read: its own encoding or, where a pass-through op made it, that of what
/// the op read. Null where it has none.
const QParams* findGrid(const PreparedModel& model, const Calibration& activations, const GridId& id);

/// The grid of the group's weights as its qconfig says; of a quantized file, the file's. Where its input's
/// grid is known, an integer layer's scales leave room for the sums and the bias of each channel
/// (weight_grids.cpp). Failure that names the layer.
Result<QParams> chooseWeightGrid(const PreparedModel& model, size_t group, const Calibration& activations);

/// The grid of every weight that is to lie on one. Those of activations must be there already.
Status chooseWeightGrids(const PreparedModel& model, Encodings& encodings);

/// observe() and chooseRanges() in one (quant/observe.h), for who needs the statistics only once. Reads no
/// data where nothing is to be observed.
Result<Encodings> calibrate(const PreparedModel& model, const Dataset& data, int64_t samples, int64_t batch,
                            Job& job);

/// Quantizes weights and places every boundary; chooses nothing. Every grid that the model asks for must be
/// in `encodings`; what is there and cannot be that of its group is a failure.
Result<QuantizedGraph> convert(const PreparedModel& model, const Encodings& encodings);

/// The network with every layer in FP32 (fusions kept): the baseline that layers are compared with.
Result<QuantizedGraph> convertFloat(const Network& network);

}  // namespace qs
