#include "workbench/messages.h"

#include "graph/grid_check.h"
#include "graph/passes/fusion.h"
#include "ops/op.h"

namespace qs {

namespace {

Result<RuleMatch> readMatch(const std::string& match) {
    if (match == "global") {
        return RuleMatch::Global;
    }
    if (match == "op") {
        return RuleMatch::OpType;
    }
    if (match == "pattern") {
        return RuleMatch::Pattern;
    }
    if (match == "layer") {
        return RuleMatch::Layer;
    }
    return usageError("unknown rule match '" + match + "': use global, op, pattern or layer");
}

int64_t parameterCount(const Graph& graph, const FusionGroup& group) {
    int64_t count = 0;
    for (const NodeId member : group.members) {
        const OpDef* def = ops().find(graph.node(member).op);
        const auto& inputs = graph.node(member).inputs;
        for (size_t i = 0; i < inputs.size(); ++i) {
            // Running statistics are buffers, not parameters, as in PyTorch's own counts.
            const std::string name = def && i < def->parameters.size() ? def->parameters[i] : "";
            if (graph.value(inputs[i]).constant && !name.starts_with("running_")) {
                count += graph.constant(inputs[i]).numel();
            }
        }
    }
    return count;
}

}  // namespace

Result<RuleSet> readRules(const std::vector<protocol::Rule>& rules) {
    std::vector<Rule> read;
    for (const auto& rule : rules) {
        QS_ASSIGN(const RuleMatch match, readMatch(rule.match));
        read.push_back({match, rule.key, rule.qconfig});
    }
    return RuleSet::make(std::move(read));
}

Result<Calibration> readCalibration(const std::vector<protocol::TensorQParams>& qparams) {
    Calibration calibration;
    for (const auto& entry : qparams) {
        const auto dtype = dtypeFromString(entry.dtype);
        const QParams grid{dtype.value_or(DType::Float32),
                           -1,
                           entry.scale,
                           entry.zero_point,
                           entry.quant_min,
                           entry.quant_max};
        const std::string problem = dtype ? gridProblem(grid) : "there is no type '" + entry.dtype + "'";
        if (!problem.empty()) {
            return failure("the calibration of " + entry.value + " is damaged (" + problem +
                           "): calibrate again");
        }
        calibration[entry.value] = grid;
    }
    return calibration;
}

std::vector<protocol::TensorQParams> writeCalibration(const Calibration& calibration) {
    std::vector<protocol::TensorQParams> written;
    for (const auto& [name, qparams] : calibration) {
        written.push_back({name, std::string(toString(qparams.dtype)), qparams.scale, qparams.zeroPoint,
                           qparams.quantMin, qparams.quantMax});
    }
    return written;
}

QatSettings readQat(const protocol::QatSettings& settings) {
    QatSettings read;
    read.epochs = settings.epochs;
    read.learningRate = settings.learning_rate;
    read.momentum = settings.momentum;
    read.weightDecay = settings.weight_decay;
    read.batch = settings.batch;
    read.trainSamples = settings.train_samples;
    read.validationSamples = settings.validation_samples;
    read.seed = settings.seed;
    return read;
}

std::vector<protocol::LayerInfo> describeLayers(const Graph& graph) {
    std::vector<protocol::LayerInfo> layers;
    for (const auto& group : fuse(graph)) {
        const Node& primary = graph.node(group.primary);
        const OpDef* def = ops().find(primary.op);
        protocol::LayerInfo layer;
        layer.name = primary.name;
        layer.op = primary.op;
        layer.quantizable = def && def->quant != QuantKind::None;
        layer.parameters = parameterCount(graph, group);
        layer.output_shape = graph.value(group.outputs.at(0)).shape;
        for (const NodeId member : group.members) {
            layer.macs += countMacs(graph, graph.node(member));
            if (member != group.primary) {
                layer.fused.push_back(graph.node(member).name);
            }
        }
        layers.push_back(std::move(layer));
    }
    return layers;
}

}  // namespace qs
