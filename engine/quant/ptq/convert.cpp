#include <algorithm>
#include <map>

#include "core/guard.h"
#include "graph/shared_constants.h"
#include "ops/fake_quantize.h"
#include "ops/op.h"
#include "quant/ptq.h"
#include "quant/ptq/constants.h"

namespace qs {

namespace {

class Converter {
  public:
    Converter(const PreparedModel& model, const Encodings& encodings)
        : model_(model), encodings_(encodings) {}

    Result<QuantizedGraph> run() {
        const Graph& graph = model_.graph;
        for (const ValueId input : graph.inputs()) {
            const ValueId id = addValue(graph.value(input), "", std::nullopt);
            float_[input] = id;
            out_.inputs.push_back(id);
            out_.inputNames.push_back(graph.value(input).name);
        }
        for (size_t i = 0; i < model_.groups.size(); ++i) {
            QS_TRY(convertGroup(i));
        }
        for (const ValueId output : graph.outputs()) {
            out_.outputs.push_back(asFloat(output));
        }
        out_.outputNames = graph.outputNames();
        shareConstants(out_);
        return std::move(out_);
    }

  private:
    /// A value like `source`, whose name `suffix` follows.
    ValueId addValue(const Value& source, const std::string& suffix, std::optional<QParams> qparams) {
        const ValueId id{static_cast<int32_t>(out_.values.size())};
        out_.values.push_back(
            {id, source.name + suffix, source.shape, std::move(qparams), source.dtype, source.id});
        return id;
    }

    Result<QParams> calibrated(const GridId& id) const {
        const EncodingKey key = model_.keyOf(id);
        const auto it = encodings_.activations.find(key);
        if (it == encodings_.activations.end()) {
            return failure("the calibration has no qparams for " + key.value +
                           (key.grid.empty() ? "" : " as " + key.grid) +
                           ": calibrate again with these settings");
        }
        return it->second;
    }

    /// The qparams of a grid that integer kernels are to take.
    Result<QParams> calibratedBytes(const GridId& id) const {
        QS_ASSIGN(QParams qparams, calibrated(id));
        if (!infoOf(qparams.dtype).fitsByte() || qparams.dtype == DType::Binary) {
            return failure(
                "the calibration of " + model_.graph.value(id.value).name + " is " +
                std::string(toString(qparams.dtype)) +
                ", which its layer's qconfig does not ask for: calibrate again with these settings");
        }
        return qparams;
    }

    std::string layerOf(ValueId value) const {
        const NodeId producer = model_.graph.value(value).producer;
        return producer.valid() ? model_.graph.node(producer).name : model_.graph.value(value).name;
    }

    ValueId addBoundary(const char* op, ValueId source, ValueId from, const std::string& suffix,
                        std::optional<QParams> qparams) {
        const Value& value = model_.graph.value(source);
        const ValueId to = addValue(value, suffix, std::move(qparams));
        QNode node;
        node.op = op;
        node.layer = layerOf(source);
        node.inputs = {from};
        node.outputs = {to};
        out_.nodes.push_back(std::move(node));
        return to;
    }

    ValueId asFloat(ValueId value) {
        if (const auto it = float_.find(value); it != float_.end()) {
            return it->second;
        }
        return float_[value] =
                   addBoundary("dequantize", value, integer_.at({value}), ".dequantized", std::nullopt);
    }

    Result<ValueId> asInteger(const GridId& id) {
        if (const auto it = integer_.find(id); it != integer_.end()) {
            return it->second;
        }
        QS_ASSIGN(QParams qparams, calibratedBytes(id));
        if (const auto own = integer_.find({id.value}); own != integer_.end()) {
            return integer_[id] = addBoundary("requantize", id.value, own->second,
                                              ".requantized" + numberOf(id, integer_), std::move(qparams));
        }
        return integer_[id] = addBoundary("quantize", id.value, float_.at(id.value),
                                          ".quantized" + numberOf(id, integer_), std::move(qparams));
    }

    /// "", "2", "3" ...: tells apart what one value becomes on several grids that its readers ask for.
    static std::string numberOf(const GridId& id, const std::map<GridId, ValueId>& known) {
        const auto others = std::ranges::count_if(known, [&](const auto& entry) {
            return entry.first.value == id.value && !entry.first.grid.empty();
        });
        return others == 0 ? "" : std::to_string(others + 1);
    }

    /// A fake_quantize step behind the float `from`.
    ValueId addFakeQuantize(ValueId source, ValueId from, const std::string& suffix, const QParams& grid) {
        const ValueId to = addBoundary("fake_quantize", source, from, suffix, std::nullopt);
        out_.nodes.back().attrs = gridAttributes(grid);
        return to;
    }

    /// The value as float32 on a grid.
    Result<ValueId> asFake(const GridId& id) {
        if (const auto it = fake_.find(id); it != fake_.end()) {
            return it->second;
        }
        if (id.grid.empty() && integer_.contains(id)) {
            return fake_[id] = asFloat(id.value);
        }
        QS_ASSIGN(const QParams grid, calibrated(id));
        return fake_[id] = addFakeQuantize(id.value, asFloat(id.value),
                                           ".fake_quantized" + numberOf(id, fake_), grid);
    }

    Status convertGroup(size_t index) {
        const FusionGroup& group = model_.groups[index];
        const Graph& graph = model_.graph;
        const Node& primary = graph.node(group.primary);
        const OpDef* def = ops().find(primary.op);
        QNode node;
        node.op = primary.op;
        node.layer = primary.name;
        node.attrs = primary.attrs;
        for (const NodeId member : group.members) {
            if (member != group.primary) {
                node.fused.push_back(graph.node(member).name);
            }
        }
        node.hasAdd = group.add.has_value();
        if (group.activation) {
            const Node& activation = graph.node(*group.activation);
            node.activation = clampOf(activation.op, activation.attrs);
        }
        if (const auto& weights = model_.weights[index]) {
            node.weight = weights->weight;
            node.bias = weights->bias;
        } else {
            takeConstants(node, primary);
        }
        node.compute = model_.computes[index];
        switch (node.compute) {
            case Compute::Integer:
                return finishInteger(std::move(node), index, def->quant);
            case Compute::Simulated:
                return finishSimulated(std::move(node), index, def->quant);
            default:
                return finishFloat(std::move(node), index);
        }
    }

    void takeConstants(QNode& node, const Node& primary) const {
        size_t activations = 0;
        for (size_t i = 0; i < primary.inputs.size(); ++i) {
            if (const auto& constant = model_.graph.value(primary.inputs[i]).constant) {
                node.constants.push_back(*constant);
                node.constantPositions.push_back(i);
            } else {
                ++activations;
            }
        }
        if (node.constants.empty() || node.constantPositions.front() == activations) {
            node.constantPositions.clear();
        }
    }

    Status finishFloat(QNode node, size_t index) {
        const FusionGroup& group = model_.groups[index];
        for (const ValueId input : group.inputs) {
            node.inputs.push_back(asFloat(input));
        }
        QS_TRY(finishWeight(node, index));
        for (const ValueId output : group.outputs) {
            const Value& value = model_.graph.value(output);
            node.outputs.push_back(float_[output] = addValue(value, "", std::nullopt));
        }
        out_.nodes.push_back(std::move(node));
        return {};
    }

    /// Whether the group rounds before it adds: as its qconfig says or, of a quantized file, as the file
    /// does.
    bool roundsBeforeAdd(const FusionGroup& group) const {
        const ValueId sum = preAddValue(model_.graph, group);
        const bool fromFile = model_.graph.value(group.outputs.at(0)).qparams.has_value();
        return fromFile ? encodings_.activations.contains(model_.graph.value(sum).name)
                        : model_.observed.contains({sum});
    }

    /// Of weighted steps that are float but not FP32: the weight on its grid, and the input where it is
    /// rounded.
    Status finishWeight(QNode& node, size_t index) {
        switch (node.compute) {
            case Compute::Float16:
                node.weight = roundToFloat(*node.weight, DType::Float16);
                node.inputs[0] = addFakeQuantize(model_.groups[index].inputs.at(0), node.inputs[0],
                                                 ".rounded", {DType::Float16, -1, {1}, {0}, 0, 0});
                return {};
            case Compute::Dynamic:
                node.inputs[0] = addBoundary("dynamic_fake_quantize", model_.groups[index].inputs.at(0),
                                             node.inputs[0], ".rounded", std::nullopt);
                out_.nodes.back().attrs = gridAttributes(model_.qconfigs[index].qconfig.activation.kind());
                [[fallthrough]];
            case Compute::WeightOnly:
                return fakeQuantizeWeight(node);
            default:
                return {};
        }
    }

    /// All inputs on their grids as floats, the result rounded to its own.
    Status finishSimulated(QNode node, size_t index, QuantKind kind) {
        const FusionGroup& group = model_.groups[index];
        for (const GridId& read : model_.reads[index]) {
            QS_ASSIGN(const ValueId id, asFake(read));
            node.inputs.push_back(id);
        }
        if (kind == QuantKind::Weighted) {
            QS_TRY(fakeQuantizeWeight(node));
        }
        for (const ValueId output : group.outputs) {
            node.outputs.push_back(addValue(model_.graph.value(output), ".real", std::nullopt));
        }
        const std::vector<ValueId> results = node.outputs;
        out_.nodes.push_back(std::move(node));
        for (size_t i = 0; i < group.outputs.size(); ++i) {
            const ValueId output = group.outputs[i];
            QS_ASSIGN(const QParams grid, kind == QuantKind::PassThrough && !hasOwnGrid(output)
                                              ? gridOfRead(model_.reads[index].at(0))
                                              : calibrated({output}));
            grids_[output] = grid;
            float_[output] = fake_[{output}] = addFakeQuantize(output, results[i], "", grid);
        }
        return {};
    }

    /// Of what a pass-through op made: values that are selected or copied keep their input's grid.
    bool hasOwnGrid(ValueId output) const {
        return model_.averages.contains(output) && encodings_.activations.contains(model_.keyOf({output}));
    }

    /// The grid of a value that has been read with asFake().
    Result<QParams> gridOfRead(const GridId& id) const {
        if (const auto made = grids_.find(id.value); made != grids_.end() && id.grid.empty()) {
            return made->second;
        }
        if (const auto integer = integer_.find(id); integer != integer_.end()) {
            return *out_.value(integer->second).qparams;
        }
        return calibrated(id);
    }

    Status finishInteger(QNode node, size_t index, QuantKind kind) {
        const FusionGroup& group = model_.groups[index];
        for (const GridId& read : model_.reads[index]) {
            QS_ASSIGN(const ValueId id, asInteger(read));
            node.inputs.push_back(id);
        }
        if (kind == QuantKind::Weighted) {
            QS_ASSIGN(node.weightQParams, weightGrid(node));
            node.weightInt = quantize(*node.weight, *node.weightQParams);
        }
        if (group.add && roundsBeforeAdd(group)) {
            QS_ASSIGN(QParams sum, calibratedBytes({preAddValue(model_.graph, group)}));
            node.preAdd = overWholeType(std::move(sum));
        }
        for (const ValueId output : group.outputs) {
            const Value& value = model_.graph.value(output);
            QParams qparams;
            if (kind == QuantKind::PassThrough && !hasOwnGrid(output)) {
                qparams = *out_.value(node.inputs.at(0)).qparams;
            } else {
                QS_ASSIGN(qparams, calibratedBytes({output}));
            }
            node.outputs.push_back(integer_[{output}] = addValue(value, "", std::move(qparams)));
        }
        quantizeConstant(out_, node, constantGrid(model_.graph.node(group.primary)));
        out_.nodes.push_back(std::move(node));
        return {};
    }

    /// The grid that a quantized file gives the step's constant.
    std::optional<QParams> constantGrid(const Node& primary) const {
        for (const ValueId input : primary.inputs) {
            if (const Value& value = model_.graph.value(input); value.constant && value.qparams) {
                return value.qparams;
            }
        }
        return std::nullopt;
    }

    Result<QParams> weightGrid(const QNode& node) const {
        const auto found = encodings_.weights.find(node.layer);
        if (found == encodings_.weights.end()) {
            return failure("the encodings have no grid for the weights of " + node.layer);
        }
        return found->second;
    }

    Status fakeQuantizeWeight(QNode& node) const {
        QS_ASSIGN(node.weightGrid, weightGrid(node));
        node.weight = fakeQuantize(*node.weight, *node.weightGrid);
        return {};
    }

    const PreparedModel& model_;
    const Encodings& encodings_;
    QuantizedGraph out_;
    std::map<ValueId, ValueId> float_;   ///< float graph's value -> its float32 form
    std::map<GridId, ValueId> integer_;  ///< a grid of a value -> its integer form on it
    std::map<GridId, ValueId> fake_;     ///< a grid of a value -> its float32 form on it
    std::map<ValueId, QParams> grids_;   ///< of what simulated groups make
};

}  // namespace

Result<QuantizedGraph> convert(const PreparedModel& model, const Encodings& encodings) {
    return guard("convert", [&] { return Converter(model, encodings).run(); });
}

Result<QuantizedGraph> convertFloat(const Network& network) {
    QS_ASSIGN(const RuleSet rules, RuleSet::make({{RuleMatch::Global, "", kFloatPreset}}));
    QS_ASSIGN(const PreparedModel model, prepare(network, rules));
    return convert(model, {});
}

}  // namespace qs
