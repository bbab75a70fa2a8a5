#include "importers/lift_quantization.h"

#include <algorithm>
#include <map>
#include <set>

#include "graph/passes/passes.h"
#include "importers/implied_activation.h"
#include "importers/markers.h"
#include "importers/tracer.h"
#include "ops/fusion.h"
#include "ops/grid_rule.h"
#include "ops/op.h"

namespace qs {

namespace {

/// Whether an addition behind the node runs in the same step.
bool takesResidual(const Node& node) {
    const OpDef* def = ops().find(node.op);
    return def && def->takesResidual;
}

std::string describe(const Node& node) {
    return "layer " + (node.scope.empty() ? node.op : node.scope + " (" + node.op + ")");
}

/// Copies a network without its markers. `barriers` are markers behind which an identity stands, so that what
/// is rounded there is not fused with what follows.
class Lifter {
  public:
    Lifter(const Graph& from, const std::set<NodeId>& barriers, std::vector<std::string>& notes)
        : from_(from), barriers_(barriers), notes_(notes) {}

    void run() {
        for (const ValueId input : from_.inputs()) {
            seen_[input] = {adopt(to_.addInput(from_.value(input).name), from_.value(input))};
        }
        for (const Node& node : from_.nodes()) {
            if (node.op == kQuantizeMarker) {
                seen_[node.outputs[0]] = quantized(node);
            } else if (node.op == kDequantizeMarker) {
                const Seen& integers = seen_.at(node.inputs[0]);
                seen_[node.outputs[0]] = {integers.value,
                                          integers.form == Form::Real ? Form::Real : Form::Rounded};
            } else {
                copy(node);
            }
        }
        for (size_t i = 0; i < from_.outputs().size(); ++i) {
            addOutput(seen_.at(from_.outputs()[i]), from_.outputNames()[i]);
        }
        to_.setFixedBatch(from_.fixedBatch());
    }

    /// Markers between nodes that fuse() would put into one group, where the grid is another than the group's
    /// result has. Values on the same grid need no marker: an activation and rounding may swap places.
    std::set<NodeId> missingBarriers() {
        std::set<NodeId> missing;
        for (const FusionGroup& group : fuse(to_)) {
            const Value& result = to_.value(group.outputs.at(0));
            for (const NodeId member : group.members) {
                Value& value = to_.value(to_.node(member).outputs.at(0));
                if (!value.qparams || value.id == result.id || value.id == preAdd(group)) {
                    continue;
                }
                const bool isActivated =
                    group.activation && to_.node(*group.activation).inputs[0] == value.id;
                if (isActivated && result.qparams && isSameGrid(*value.qparams, *result.qparams)) {
                    value.qparams.reset();
                } else {
                    missing.insert(markers_.at(value.id));
                }
            }
        }
        return missing;
    }

    /// The network and its float layers; `missing` gets the markers behind which an identity keeps what is
    /// read rounded, but by real arithmetic.
    LiftedNetwork finish(std::set<NodeId>& missing) {
        LiftedNetwork lifted;
        std::set<ValueId> integers;  // what integer groups make
        for (const FusionGroup& group : fuse(to_)) {
            const bool could =
                canComputeOnGrids(to_, group, [&](ValueId value) { return integers.contains(value); });
            const bool is = isInteger(group);
            if (could && is) {
                integers.insert(group.outputs.begin(), group.outputs.end());
            } else if (could) {
                lifted.floatLayers.push_back(group.primary);
            }
            if (!(could && is)) {
                checkRounded(group, integers, missing);
            }
        }
        for (const ValueId output : roundedOutputs_) {
            if (!integers.contains(output)) {
                keepRounding(output, missing);
            }
        }
        lifted.graph = std::move(to_);
        return lifted;
    }

  private:
    /// Rounded: integers seen as real numbers again.
    enum class Form { Real, Rounded, Integer };

    /// A value of the old graph in the new one.
    struct Seen {
        ValueId value = {};
        Form form = Form::Real;
    };

    ValueId adopt(ValueId fresh, const Value& like) {
        to_.value(fresh).shape = like.shape;
        to_.value(fresh).dtype = like.dtype;
        to_.value(fresh).qparams = like.qparams;
        return fresh;
    }

    const Seen& see(ValueId id) {
        const auto known = seen_.find(id);
        if (known != seen_.end()) {
            return known->second;
        }
        const Value& constant = from_.value(id);
        return seen_[id] = {adopt(to_.addConstant(constant.name, *constant.constant), constant)};
    }

    /// A node with one output like `like`, in the module around that of `like`'s producer: in the same one it
    /// would take part in the name of the layer.
    ValueId insert(const std::string& op, Attributes attrs, ValueId like) {
        const NodeId producer = to_.value(like).producer;
        const std::string scope = producer.valid() ? to_.node(producer).scope : "";
        const NodeId id = to_.addNode(op, "", std::move(attrs), {like}, {""});
        const size_t dot = scope.rfind('.');
        to_.node(id).scope = dot == std::string::npos ? "" : scope.substr(0, dot);
        const ValueId output = adopt(to_.node(id).outputs[0], to_.value(like));
        to_.value(output).qparams.reset();
        return output;
    }

    /// A value of its own for the integers that `marker` makes of `value`.
    Seen separate(const Seen& value, const QParams& grid, const Node& marker) {
        const ValueId copy = insert("identity", {}, value.value);
        noteRead(to_.value(copy).producer, value);
        to_.value(copy).qparams = grid;
        markers_[copy] = marker.id;
        return {copy, Form::Integer};
    }

    void noteRead(NodeId reader, const Seen& value) {
        if (value.form == Form::Real) {
            raw_.insert({reader, value.value});
            readRaw_.insert(value.value);
        }
    }

    /// Whether additions alone read what the marker makes, as what is added to a convolution's result.
    bool feedsAdditions(const Node& marker) const {
        bool feeds = false;
        for (const NodeId reader : from_.users(marker.outputs[0])) {
            const Node& node = from_.node(reader);
            if (node.op != kDequantizeMarker || from_.isOutput(node.outputs[0])) {
                return false;
            }
            for (const NodeId next : from_.users(node.outputs[0])) {
                feeds = true;
                if (roleOf(from_.node(next).op) != OpRole::Add) {
                    return false;
                }
            }
        }
        return feeds;
    }

    Seen quantized(const Node& marker) {
        const Seen input = see(marker.inputs[0]);
        const QParams grid = markerGrid(marker);
        const auto known = quantized_.find(input.value);
        const ValueId present = known == quantized_.end() ? input.value : known->second;
        const auto& old = to_.value(present).qparams;
        const Seen result = !old                     ? firstQuantized(input.value, grid, marker)
                            : isSameGrid(*old, grid) ? Seen{present, Form::Integer}
                                                     : separate(input, grid, marker);
        return barriers_.contains(marker.id) ? separate(result, grid, marker) : result;
    }

    /// `real` gets the grid, with the activation in front of it that the grid's range implies.
    Seen firstQuantized(ValueId real, QParams grid, const Node& marker) {
        const NodeId producer = to_.value(real).producer;
        ValueId value = real;
        if (producer.valid() && !(takesResidual(to_.node(producer)) && feedsAdditions(marker))) {
            if (const auto implied = impliedActivation(to_.node(producer), grid)) {
                value = insert(implied->op, implied->attrs, real);
            }
        }
        quantized_[real] = value;
        to_.value(value).qparams = grid;
        markers_[value] = marker.id;
        return {value, Form::Integer};
    }

    void copy(const Node& node) {
        std::vector<ValueId> inputs;
        std::optional<QParams> grid;  // of integers that are read as such
        for (const ValueId input : node.inputs) {
            const Seen& seen = see(input);
            inputs.push_back(seen.value);
            if (seen.form == Form::Integer) {
                grid = to_.value(seen.value).qparams;
            }
        }
        if (grid) {
            checkMoves(node, *grid);
        }
        const NodeId id =
            to_.addNode(node.op, "", node.attrs, inputs, std::vector<std::string>(node.outputs.size()));
        to_.node(id).scope = node.scope;
        for (const ValueId input : node.inputs) {
            noteRead(id, see(input));
        }
        for (size_t i = 0; i < node.outputs.size(); ++i) {
            const ValueId output = adopt(to_.node(id).outputs[i], from_.value(node.outputs[i]));
            if (grid) {
                to_.value(output).qparams = grid;
            }
            seen_[node.outputs[i]] = {output, grid ? Form::Integer : Form::Real};
        }
    }

    /// What integers may be read by: whose results are integers on the same grid.
    void checkMoves(const Node& node, const QParams& grid) {
        bool moves = movesIntegers(node);
        for (const ValueId input : node.inputs) {
            const Seen& seen = see(input);
            const auto& other = to_.value(seen.value).qparams;
            moves = moves && seen.form == Form::Integer && other && isSameGrid(*other, grid);
        }
        if (!moves) {
            throw ImportError(
                describe(node) +
                ": it computes with a quantized network's integers themselves, which has no form "
                "here: open the FP32 model that it was made from");
        }
    }

    void addOutput(const Seen& seen, const std::string& name) {
        if (seen.form == Form::Real) {
            readRaw_.insert(seen.value);
        } else {
            roundedOutputs_.push_back(seen.value);
        }
        if (seen.form == Form::Integer) {
            notes_.push_back("output " + name + " is integer in the file; here it is given as real numbers");
        }
        to_.addOutput(seen.value, name);
    }

    static ValueId preAddOf(const Graph& graph, const FusionGroup& group) {
        return graph.node(group.batchNorm.value_or(group.primary)).outputs.at(0);
    }
    ValueId preAdd(const FusionGroup& group) const { return group.add ? preAddOf(to_, group) : ValueId{}; }

    bool isReadRaw(const FusionGroup& group, ValueId value) const {
        return std::any_of(group.members.begin(), group.members.end(), [&](NodeId member) {
            return raw_.contains({member, value});
        });
    }

    /// Symmetric int8, with one scale an output channel or one for all.
    bool hasIntegerWeight(const FusionGroup& group) const {
        const Node& node = to_.node(group.primary);
        const auto& grid = to_.value(node.inputs.at(1)).qparams;
        const bool mayBePerChannel = !ops().find(node.op)->weightPerTensor;
        return !group.batchNorm && grid && grid->dtype == DType::Int8 &&
               (!grid->perChannel() || (grid->axis == 0 && mayBePerChannel)) &&
               std::all_of(grid->zeroPoint.begin(), grid->zeroPoint.end(), [](int64_t z) { return z == 0; });
    }

    /// Whether the file runs the group on integers.
    bool isInteger(const FusionGroup& group) const {
        const OpDef* def = ops().find(to_.node(group.primary).op);
        const QuantKind kind = def ? def->quant : QuantKind::None;
        const bool keepsGrid = kind == QuantKind::PassThrough && !def->averages;
        const auto& first = to_.value(group.inputs.at(0)).qparams;
        for (const ValueId input : group.inputs) {
            if (!to_.value(input).qparams || isReadRaw(group, input)) {
                return false;
            }
        }
        for (const ValueId output : group.outputs) {
            const auto& grid = to_.value(output).qparams;
            const bool isUsed = to_.isOutput(output) || !to_.users(output).empty();
            if (isUsed && (!grid || readRaw_.contains(output) || (keepsGrid && !isSameGrid(*grid, *first)))) {
                return false;
            }
        }
        return kind != QuantKind::Weighted || hasIntegerWeight(group);
    }

    /// An identity on integers behind the marker that rounds what is real here: nothing else would round
    /// there for those who read real numbers.
    bool keepRounding(ValueId value, std::set<NodeId>& missing) const {
        const auto marker = markers_.find(value);
        const bool isMissing = marker != markers_.end() && !barriers_.contains(marker->second);
        if (isMissing) {
            missing.insert(marker->second);
        }
        return isMissing;
    }

    /// A group on real numbers reads a value that the file rounds for it, but that is real here.
    void checkRounded(const FusionGroup& group, const std::set<ValueId>& integers,
                      std::set<NodeId>& missing) {
        const Node& node = to_.node(group.primary);
        for (const ValueId input : group.inputs) {
            if (!to_.value(input).qparams || integers.contains(input) || isReadRaw(group, input)) {
                continue;
            }
            if (!keepRounding(input, missing) && roleOf(node.op) != OpRole::Identity) {
                notes_.push_back(describe(node) +
                                 " reads its input before it is rounded to 8 bits; the file rounds it first");
            }
        }
    }

    const Graph& from_;
    const std::set<NodeId>& barriers_;
    std::vector<std::string>& notes_;
    Graph to_;
    std::map<ValueId, Seen> seen_;              ///< by value of the old graph
    std::map<ValueId, ValueId> quantized_;      ///< real value -> the one that bears its grid
    std::map<ValueId, NodeId> markers_;         ///< value of the new graph -> what gave it its grid
    std::set<std::pair<NodeId, ValueId>> raw_;  ///< who reads what without rounding
    std::set<ValueId> readRaw_;
    std::vector<ValueId> roundedOutputs_;
};

bool isQuantized(const Graph& graph) {
    const auto isMarker = [](const Node& node) {
        return node.op == kQuantizeMarker || node.op == kDequantizeMarker;
    };
    return std::any_of(graph.nodes().begin(), graph.nodes().end(), isMarker) ||
           std::any_of(graph.values().begin(), graph.values().end(),
                       [](const Value& value) { return value.qparams.has_value(); });
}

}  // namespace

std::optional<LiftedNetwork> liftQuantization(Graph graph, std::vector<std::string>& notes) {
    if (!isQuantized(graph)) {
        return std::nullopt;
    }
    foldClamps(graph);
    mergePermutes(graph);
    moveBeforeDequantizing(graph);
    removeDeadNodes(graph);
    std::set<NodeId> barriers;
    for (;;) {
        std::vector<std::string> noted = notes;
        Lifter lifter(graph, barriers, noted);
        lifter.run();
        std::set<NodeId> missing = lifter.missingBarriers();
        if (missing.empty()) {
            LiftedNetwork lifted = lifter.finish(missing);
            if (missing.empty()) {
                notes = std::move(noted);
                return lifted;
            }
        }
        const size_t known = barriers.size();
        barriers.insert(missing.begin(), missing.end());
        if (barriers.size() == known) {
            throw ImportError(
                "values are rounded in an order that has no form here: open the FP32 model that it was made "
                "from");
        }
    }
}

}  // namespace qs
