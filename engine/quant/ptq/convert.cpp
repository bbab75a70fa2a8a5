#include <ATen/ops/zeros_like.h>

#include <map>

#include "core/guard.h"
#include "ops/op.h"
#include "quant/output_channels.h"
#include "quant/ptq.h"
#include "quant/ptq/constants.h"

namespace qs {

namespace {

struct FoldedWeights {
    at::Tensor weight;
    std::optional<at::Tensor> bias;
};

/// W' = W * gamma / sqrt(var + eps), b' = (b - mean) * gamma / sqrt(var + eps) + beta.
FoldedWeights foldBatchNorm(const Graph& graph, const FusionGroup& group) {
    const Node& primary = graph.node(group.primary);
    FoldedWeights folded{graph.constant(primary.inputs[1]).contiguous(), std::nullopt};
    if (primary.inputs.size() > 2) {
        folded.bias = graph.constant(primary.inputs[2]).contiguous();
    }
    if (!group.batchNorm) {
        return folded;
    }
    const Node& norm = graph.node(*group.batchNorm);
    const at::Tensor& gamma = graph.constant(norm.inputs[1]);
    const at::Tensor& beta = graph.constant(norm.inputs[2]);
    const at::Tensor& mean = graph.constant(norm.inputs[3]);
    const at::Tensor factor =
        gamma.mul(graph.constant(norm.inputs[4]).add(norm.attrs.get<double>("eps")).rsqrt());
    folded.weight = scaleOutputChannels(primary, folded.weight, factor).contiguous();
    const at::Tensor bias = folded.bias ? *folded.bias : at::zeros_like(mean);
    folded.bias = bias.sub(mean).mul(factor).add(beta).contiguous();
    return folded;
}

class Converter {
  public:
    Converter(const PreparedModel& model, const Calibration& calibration)
        : model_(model), calibration_(calibration) {}

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
        return std::move(out_);
    }

  private:
    /// A value like `source`, whose name `suffix` follows.
    ValueId addValue(const Value& source, const std::string& suffix, std::optional<QParams> qparams) {
        const ValueId id{static_cast<int32_t>(out_.values.size())};
        out_.values.push_back({id, source.name + suffix, source.shape, std::move(qparams), source.dtype});
        return id;
    }

    Result<QParams> calibrated(ValueId value) const {
        const std::string& name = model_.graph.value(value).name;
        const auto it = calibration_.find(name);
        if (it == calibration_.end()) {
            return failure("the calibration has no qparams for " + name +
                           ": calibrate again with these settings");
        }
        return it->second;
    }

    std::string layerOf(ValueId value) const {
        const NodeId producer = model_.graph.value(value).producer;
        return producer.valid() ? model_.graph.node(producer).name : model_.graph.value(value).name;
    }

    ValueId addBoundary(const char* op, ValueId source, ValueId from, const char* suffix,
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
                   addBoundary("dequantize", value, integer_.at(value), ".dequantized", std::nullopt);
    }

    Result<ValueId> asInteger(ValueId value) {
        if (const auto it = integer_.find(value); it != integer_.end()) {
            return it->second;
        }
        QS_ASSIGN(QParams qparams, calibrated(value));
        return integer_[value] =
                   addBoundary("quantize", value, float_.at(value), ".quantized", std::move(qparams));
    }

    Status convertGroup(size_t index) {
        const FusionGroup& group = model_.groups[index];
        const Graph& graph = model_.graph;
        const Node& primary = graph.node(group.primary);
        const OpDef* def = ops().find(primary.op);
        const bool weighted = def && def->quant == QuantKind::Weighted;
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
            node.activation = activation.op == "relu" ? FusedActivation{FusedActivation::Kind::Relu}
                                                      : FusedActivation{FusedActivation::Kind::Clip,
                                                                        activation.attrs.get<double>("min"),
                                                                        activation.attrs.get<double>("max")};
        }
        if (weighted) {
            FoldedWeights folded = foldBatchNorm(graph, group);
            node.weight = std::move(folded.weight);
            node.bias = std::move(folded.bias);
        } else {
            takeConstants(node, primary);
        }
        return model_.integer[index] ? finishInteger(std::move(node), index, def->quant)
                                     : finishFloat(std::move(node), index);
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
        node.bfloat16 = node.weight.has_value() && model_.qconfigs[index].qconfig.mode == Mode::BFloat16;
        for (const ValueId input : group.inputs) {
            node.inputs.push_back(asFloat(input));
        }
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
        return fromFile ? calibration_.contains(model_.graph.value(sum).name) : model_.observed.contains(sum);
    }

    Status finishInteger(QNode node, size_t index, QuantKind kind) {
        const FusionGroup& group = model_.groups[index];
        for (const ValueId input : group.inputs) {
            QS_ASSIGN(const ValueId id, asInteger(input));
            node.inputs.push_back(id);
        }
        if (kind == QuantKind::Weighted) {
            const Node& primary = model_.graph.node(group.primary);
            const auto& fileGrid = model_.graph.value(primary.inputs.at(1)).qparams;
            if (fileGrid && !group.batchNorm) {
                node.weightQParams = fileGrid;
                node.weightInt = quantize(*node.weight, *fileGrid);
            } else {
                QS_TRY(quantizeWeight(node, weightConfig(primary, model_.qconfigs[index].qconfig.weight)));
            }
        }
        if (group.add && roundsBeforeAdd(group)) {
            QS_ASSIGN(QParams sum, calibrated(preAddValue(model_.graph, group)));
            node.preAdd = overWholeType(std::move(sum));
        }
        for (const ValueId output : group.outputs) {
            const Value& value = model_.graph.value(output);
            QParams qparams;
            if (kind == QuantKind::PassThrough) {
                qparams = *out_.value(node.inputs.at(0)).qparams;
            } else {
                QS_ASSIGN(qparams, calibrated(output));
            }
            node.outputs.push_back(integer_[output] = addValue(value, "", std::move(qparams)));
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

    static Status quantizeWeight(QNode& node, const TensorQConfig& config) {
        QS_ASSIGN(const auto observer, makeObserver(config, /*channelAxis=*/0));
        observer->observe(*node.weight);
        auto qparams = observer->qparams();
        if (!qparams) {
            return failure("layer " + node.layer +
                           ": weights cannot be quantized: " + qparams.error().message);
        }
        node.weightQParams = std::move(qparams).value();
        node.weightInt = quantize(*node.weight, *node.weightQParams);
        return {};
    }

    const PreparedModel& model_;
    const Calibration& calibration_;
    QuantizedGraph out_;
    std::map<ValueId, ValueId> float_;    ///< float graph's value -> its float32 form
    std::map<ValueId, ValueId> integer_;  ///< float graph's value -> its integer form
};

}  // namespace

Result<QuantizedGraph> convert(const PreparedModel& model, const Calibration& calibration) {
    return guard("convert", [&] { return Converter(model, calibration).run(); });
}

Result<QuantizedGraph> convertFloat(const Graph& graph) {
    QS_ASSIGN(const RuleSet rules, RuleSet::make({{RuleMatch::Global, "", "fp32"}}));
    QS_ASSIGN(const PreparedModel model, prepare(graph, rules));
    return convert(model, {});
}

}  // namespace qs
