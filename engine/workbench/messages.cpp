#include "workbench/messages.h"

#include <ATen/ops/from_blob.h>
#include <span>

#include "core/match.h"
#include "graph/grid_check.h"
#include "ops/fusion.h"
#include "ops/op.h"
#include "quant/qconfig_names.h"

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
    if (match == "regex") {
        return RuleMatch::Regex;
    }
    if (match == "layer") {
        return RuleMatch::Layer;
    }
    return usageError("unknown rule match '" + match + "': use global, op, pattern, regex or layer");
}

/// The value that `name` stands for; absent stays absent.
template <typename T>
Result<std::optional<T>> readName(const std::optional<std::string>& name,
                                  std::span<const NamedValue<T>> known, const std::string& key) {
    if (!name) {
        return std::optional<T>();
    }
    std::vector<std::string> all;
    for (const NamedValue<T>& entry : known) {
        if (entry.name == *name) {
            return std::optional(entry.value);
        }
        all.emplace_back(entry.name);
    }
    return usageError(key + ": there is no '" + *name + "': use " + join(all));
}

Result<std::optional<DType>> readDType(const std::optional<std::string>& name, const std::string& key) {
    if (!name) {
        return std::optional<DType>();
    }
    if (const auto dtype = dtypeFromString(*name)) {
        return std::optional(*dtype);
    }
    std::vector<std::string> all;
    for (const DTypeInfo& info : dtypes()) {
        all.emplace_back(info.name);
    }
    return usageError(key + ": there is no type '" + *name + "': use " + join(all));
}

Result<TensorOverride> readTensor(const protocol::TensorQConfig& tensor, const std::string& what) {
    TensorOverride read;
    QS_ASSIGN(read.dtype, readDType(tensor.dtype, what + ".dtype"));
    QS_ASSIGN(read.scheme, readName(tensor.scheme, schemes(), what + ".scheme"));
    QS_ASSIGN(read.granularity, readName(tensor.granularity, granularities(), what + ".granularity"));
    read.group = tensor.group;
    read.observer = tensor.observer;
    read.parameters = tensor.parameters;
    read.zeroPoint = tensor.zero_point;
    read.quantMin = tensor.quant_min;
    read.quantMax = tensor.quant_max;
    return read;
}

Result<QConfigSpec> readQConfig(const protocol::QConfig& qconfig) {
    QConfigSpec read{qconfig.preset};
    QS_ASSIGN(read.mode, readName(qconfig.mode, modes(), "mode"));
    QS_ASSIGN(read.activation, readTensor(qconfig.activation, "activation"));
    QS_ASSIGN(read.weight, readTensor(qconfig.weight, "weight"));
    return read;
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
        auto qconfig = readQConfig(rule.qconfig);
        if (!qconfig) {
            return usageError(ruleText(read.size(), rule.key) + qconfig.error().message);
        }
        read.push_back({match, rule.key, std::move(qconfig).value()});
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
            return failure(
                "the calibration of " + entry.value + " is damaged (" + problem + "): calibrate again",
                {{"tensor", entry.value}});
        }
        calibration[{entry.value, entry.grid}] = grid;
    }
    return calibration;
}

std::vector<protocol::TensorQParams> writeCalibration(const Calibration& calibration) {
    std::vector<protocol::TensorQParams> written;
    for (const auto& [key, qparams] : calibration) {
        written.push_back({key.value, std::string(toString(qparams.dtype)), qparams.scale, qparams.zeroPoint,
                           qparams.quantMin, qparams.quantMax, key.grid});
    }
    return written;
}

std::vector<AlgorithmStep> readAlgorithms(const std::vector<protocol::Algorithm>& algorithms) {
    std::vector<AlgorithmStep> steps;
    for (const protocol::Algorithm& algorithm : algorithms) {
        AlgorithmStep& step = steps.emplace_back(AlgorithmStep{algorithm.name, algorithm.parameters});
        if (!algorithm.layers) {
            continue;
        }
        LayerChanges& chosen = step.chosen.emplace();
        for (const protocol::LayerChange& change : *algorithm.layers) {
            const auto size = static_cast<int64_t>(change.bias.size());
            chosen[change.layer].bias =
                at::from_blob(const_cast<double*>(change.bias.data()), {size}, at::kDouble).to(at::kFloat);
        }
    }
    return steps;
}

std::vector<protocol::Algorithm> writeAlgorithms(const std::vector<AlgorithmStep>& steps) {
    std::vector<protocol::Algorithm> algorithms;
    for (const AlgorithmStep& step : steps) {
        protocol::Algorithm& algorithm =
            algorithms.emplace_back(protocol::Algorithm{step.name, step.parameters});
        if (!step.chosen) {
            continue;
        }
        algorithm.layers.emplace();
        for (const auto& [layer, change] : *step.chosen) {
            const at::Tensor bias = change.bias.to(at::kDouble).contiguous();
            const double* const first = bias.data_ptr<double>();
            algorithm.layers->push_back({layer, {first, first + bias.numel()}});
        }
    }
    return algorithms;
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
