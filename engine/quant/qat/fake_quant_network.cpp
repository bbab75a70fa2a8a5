#include "quant/qat/fake_quant_network.h"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <set>

#include "ops/op.h"
#include "quant/output_channels.h"

namespace qs {

namespace {

constexpr double kMomentum = 0.1;  ///< of batch norms that name none

size_t slot(ValueId id) {
    return static_cast<size_t>(id.index);
}

bool isPooling(const Node& node) {
    const OpDef* def = ops().find(node.op);
    return def && def->category == OpCategory::Pooling;
}

/// What an op entry calls the node's input `i` ("weight", "running_mean"), empty for activations.
std::string parameterName(const Node& node, size_t i) {
    const OpDef* def = ops().find(node.op);
    return def && i < def->parameters.size() ? def->parameters[i] : "";
}

/// Whether training changes the node's input `i`, a constant.
bool isTrained(const Node& node, size_t i) {
    const std::string parameter = parameterName(node, i);
    return (parameter == "weight" || parameter == "bias") && !node.attrs.get<bool>("frozen", false) &&
           node.attrs.get<bool>("affine", true);
}

/// Whether the batch norm takes its statistics from the batch while the network is live.
bool hasLiveStatistics(const Node& norm) {
    return !norm.attrs.get<bool>("frozen", false);
}

/// The least and the greatest number of a grid.
at::Tensor rangeOf(const QParams& grid) {
    const auto scale = static_cast<float>(grid.scale.at(0));
    const DTypeInfo& type = infoOf(grid.dtype);
    const auto greatest = static_cast<float>(type.greatestFinite);
    const int64_t zeroPoint = grid.zeroPoint.at(0);
    const float low = type.isInteger ? static_cast<float>(grid.quantMin - zeroPoint) : -greatest;
    const float high = type.isInteger ? static_cast<float>(grid.quantMax - zeroPoint) : greatest;
    return at::tensor({scale * low, scale * high});
}

/// A per-channel vector shaped to broadcast along `axis` of a tensor with `dims` axes.
at::Tensor along(const at::Tensor& vector, int64_t axis, int64_t dims) {
    std::vector<int64_t> shape(static_cast<size_t>(dims), 1);
    shape[static_cast<size_t>(axis)] = -1;
    return vector.reshape(shape);
}

}  // namespace

FakeQuantNetwork::FakeQuantNetwork(const PreparedModel& model)
    : model_(model), weightObservers_(model.groups.size()) {
    ownParameters();
}

/// Values that pass through lie on the grid of what they come from, but averages with observers of their own.
void FakeQuantNetwork::findGrids() {
    grid_.resize(model_.graph.values().size());
    for (const auto& value : model_.graph.values()) {
        grid_[slot(value.id)] = value.id;
    }
    for (size_t i = 0; i < model_.groups.size(); ++i) {
        const FusionGroup& group = model_.groups[i];
        if (model_.isStatic(i) &&
            quantKindOf(model_.graph.node(group.primary).op) == QuantKind::PassThrough) {
            for (const ValueId output : group.outputs) {
                if (!observers_.contains({output})) {
                    grid_[slot(output)] = grid_[slot(group.inputs.at(0))];
                }
            }
        }
    }
}

/// Gives every constant storage of its own, and gradients to what is trained.
void FakeQuantNetwork::ownParameters() {
    Graph& graph = model_.graph;
    for (const Value& value : graph.values()) {
        if (value.constant) {
            graph.value(value.id).constant = value.constant->detach().clone();
        }
    }
    std::set<ValueId> trained;
    for (const Node& node : graph.nodes()) {
        for (size_t i = 0; i < node.inputs.size(); ++i) {
            const ValueId input = node.inputs[i];
            if (graph.value(input).constant && isTrained(node, i) && trained.insert(input).second) {
                parameters_.push_back(graph.value(input).constant->set_requires_grad(true));
            }
        }
        if (const Attribute* batches = node.attrs.find("batches")) {
            batches_[node.inputs.at(3)] = std::get<int64_t>(*batches);
        }
    }
}

Result<FakeQuantNetwork> FakeQuantNetwork::make(const PreparedModel& model, const Calibration& initial) {
    FakeQuantNetwork network(model);
    QS_TRY(network.makeObservers(initial));
    network.findGrids();
    return network;
}

Status FakeQuantNetwork::makeObservers(const Calibration& initial) {
    for (const auto& [id, qconfig] : model_.observed) {
        const auto known = initial.find(model_.keyOf(id));
        const QParams* grid = known == initial.end() ? nullptr : &known->second;
        QS_ASSIGN(auto observer, makeActivationObserver(model_, id, qconfig.qatActivation, grid));
        if (grid) {
            QS_TRY(observer.observe(rangeOf(*grid)));
        }
        observers_.emplace(id, std::move(observer));
    }
    for (const auto& [value, qconfig] : model_.averages) {
        if (const auto known = initial.find(model_.keyOf({value})); known != initial.end()) {
            QS_ASSIGN(auto observer, Observer::make(qconfig.qatActivation));
            QS_TRY(observer.observe(rangeOf(known->second)));
            observers_.emplace(GridId{value}, std::move(observer));
        }
    }
    for (size_t i = 0; i < model_.groups.size(); ++i) {
        const Node& primary = model_.graph.node(model_.groups[i].primary);
        if (model_.isStatic(i) && quantKindOf(primary.op) == QuantKind::Weighted) {
            QS_ASSIGN(weightObservers_[i],
                      Observer::make(weightConfig(primary, model_.qconfigs[i].qconfig.qatWeight),
                                     /*channelAxis=*/0));
        }
    }
    return {};
}

std::vector<at::Tensor> FakeQuantNetwork::parameters() const {
    return parameters_;
}

Graph FakeQuantNetwork::graph() const {
    Graph copy = model_.graph;
    for (const auto& value : model_.graph.values()) {
        if (value.constant) {
            copy.value(value.id).constant = value.constant->detach().clone();
        }
    }
    return copy;
}

Result<Calibration> FakeQuantNetwork::calibration() const {
    Calibration calibration;
    for (const auto& [id, observer] : observers_) {
        const EncodingKey key = model_.keyOf(id);
        auto qparams = observer.qparams();
        if (!qparams) {
            return failure("no range is known for " + key.value + ": " + qparams.error().message);
        }
        calibration[key] = std::move(qparams).value();
    }
    return calibration;
}

Result<at::Tensor> FakeQuantNetwork::forward(const std::vector<at::Tensor>& inputs) {
    const size_t values = model_.graph.values().size();
    Pass pass{std::vector<at::Tensor>(values), std::vector<at::Tensor>(values)};
    for (size_t i = 0; i < model_.graph.inputs().size(); ++i) {
        const ValueId source = model_.graph.inputs()[i];
        QS_TRY(observe(source, inputs.at(i)));
        pass.real[slot(source)] = inputs.at(i);
    }
    for (size_t i = 0; i < model_.groups.size(); ++i) {
        QS_TRY(run(pass, i));
    }
    return pass.real[slot(model_.graph.outputs().at(0))];
}

Status FakeQuantNetwork::observe(ValueId value, const at::Tensor& x) {
    for (auto it = observers_.lower_bound({value});
         live_ && it != observers_.end() && it->first.value == value; ++it) {
        QS_TRY(it->second.observe(x));
    }
    return {};
}

/// `x` fake-quantized on a grid of its value, or as it is where none is asked for.
Result<at::Tensor> FakeQuantNetwork::toGrid(const GridId& id, const at::Tensor& x) const {
    QS_ASSIGN(const std::optional<QParams> grid, gridOf(id));
    return grid ? fakeQuantize(x, *grid) : x;
}

Result<std::optional<QParams>> FakeQuantNetwork::gridOf(const GridId& id) const {
    const auto it = observers_.find({grid_[slot(id.value)], id.grid});
    if (it == observers_.end()) {
        return std::optional<QParams>();
    }
    auto qparams = it->second.qparams();
    if (!qparams) {
        return failure("no range is known for " + model_.graph.value(id.value).name + ": " +
                       qparams.error().message);
    }
    return std::optional(std::move(qparams).value());
}

/// What a residual is added to, as convert() rounds it.
Result<at::Tensor> FakeQuantNetwork::roundedSummand(ValueId value, const at::Tensor& x) const {
    if (!model_.observed.contains({value})) {
        return x;
    }
    QS_ASSIGN(const std::optional<QParams> grid, gridOf({value}));
    return grid ? fakeQuantize(x, overWholeType(*grid)) : x;
}

/// A value as a group sees it, a constant included.
Result<at::Tensor> FakeQuantNetwork::read(Pass& pass, size_t index, ValueId value) const {
    if (const auto& constant = model_.graph.value(value).constant) {
        return *constant;
    }
    const auto& reads = model_.reads[index];
    const auto id = std::ranges::find(reads, value, &GridId::value);
    if (!model_.isStatic(index) || id == reads.end()) {
        return pass.real[slot(value)];
    }
    at::Tensor& quantized = pass.onGrid[slot(value)];
    if (!quantized.defined()) {
        QS_ASSIGN(quantized, toGrid({value}, pass.real[slot(value)]));
    }
    return id->grid.empty() ? quantized : toGrid(*id, quantized);
}

Status FakeQuantNetwork::run(Pass& pass, size_t index) {
    const FusionGroup& group = model_.groups[index];
    for (const NodeId member : group.members) {
        const bool folded = weightObservers_[index] && group.batchNorm == member;
        if (!folded) {
            QS_TRY(runNode(pass, index, model_.graph.node(member)));
        }
    }
    return finish(pass, index);
}

/// Observes a group's results, and puts an integer group's on the grid for every reader. A flattened, copied
/// or selected value is on it already; a pooled one is rounded to it again.
Status FakeQuantNetwork::finish(Pass& pass, size_t index) {
    const FusionGroup& group = model_.groups[index];
    const Node& primary = model_.graph.node(group.primary);
    for (const ValueId output : group.outputs) {
        at::Tensor& result = pass.real[slot(output)];
        QS_TRY(observe(output, result));
        if (!model_.isStatic(index)) {
            continue;
        }
        if (quantKindOf(primary.op) != QuantKind::PassThrough || isPooling(primary)) {
            QS_ASSIGN(result, toGrid({output}, result));
        }
        pass.onGrid[slot(output)] = result;
    }
    return {};
}

Status FakeQuantNetwork::runNode(Pass& pass, size_t index, const Node& node) {
    const FusionGroup& group = model_.groups[index];
    if (weightObservers_[index] && node.id == group.primary) {
        QS_ASSIGN(const at::Tensor x, read(pass, index, node.inputs[0]));
        QS_ASSIGN(const at::Tensor y, runWeighted(index, x));
        const ValueId output = model_.graph.node(group.batchNorm.value_or(node.id)).outputs.at(0);
        pass.real[slot(output)] = y;
        if (group.add) {
            QS_TRY(observe(output, y));
            QS_ASSIGN(pass.real[slot(output)], roundedSummand(output, y));
        }
        return {};
    }
    std::vector<at::Tensor> inputs;
    for (const ValueId input : node.inputs) {
        QS_ASSIGN(at::Tensor x, read(pass, index, input));
        inputs.push_back(std::move(x));
    }
    if (roleOf(node.op) == OpRole::NormalizeChannels) {
        QS_ASSIGN(pass.real[slot(node.outputs[0])], normalize(node, inputs[0]));
        return {};
    }
    const std::vector<at::Tensor> outputs = runFloat(node.op, node.attrs, inputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
        pass.real[slot(node.outputs[i])] = outputs[i];
    }
    return {};
}

/// Where statistics are averages over all batches, the share of the next batch counts itself (PyTorch's
/// momentum None).
double FakeQuantNetwork::nextShare(const Node& norm) {
    const auto batches = batches_.find(norm.inputs.at(3));
    return batches == batches_.end() ? norm.attrs.get<double>("momentum", kMomentum)
                                     : 1.0 / static_cast<double>(++batches->second);
}

Result<at::Tensor> FakeQuantNetwork::normalize(const Node& norm, const at::Tensor& x) {
    const auto parameter = [&](size_t i) -> const at::Tensor& {
        return model_.graph.constant(norm.inputs[i]);
    };
    const bool live = live_ && hasLiveStatistics(norm);
    if (live && x.numel() <= x.size(1)) {
        return failure(
            "batch norm " + norm.name +
            " cannot be trained on one value a channel, which has no deviation: take a larger batch, "
            "samples that are larger where it stands, or a network whose batch norms are frozen");
    }
    return at::batch_norm(x, parameter(1), parameter(2), parameter(3), parameter(4), live,
                          live ? nextShare(norm) : 0.0, norm.attrs.get<double>("eps"),
                          /*cudnn_enabled=*/false);
}

/// Convolution or linear on fake-quantized weights, batch norm included, as PyTorch's _ConvBnNd: the weight
/// is scaled by gamma / sqrt(running_var + eps) before fake quantization; while live the scale is undone
/// afterwards, so that batch statistics are those of the convolution itself. A frozen scale stays in the
/// weight.
Result<at::Tensor> FakeQuantNetwork::runWeighted(size_t index, const at::Tensor& x) {
    const Graph& graph = model_.graph;
    const FusionGroup& group = model_.groups[index];
    const Node& node = graph.node(group.primary);
    const at::Tensor& weight = graph.constant(node.inputs[1]);
    const at::Tensor bias = node.inputs.size() > 2 ? graph.constant(node.inputs[2]) : at::Tensor();
    if (!group.batchNorm) {
        QS_ASSIGN(const at::Tensor quantized, fakeQuantizeWeight(index, weight));
        const std::vector<at::Tensor> inputs =
            bias.defined() ? std::vector{x, quantized, bias} : std::vector{x, quantized};
        return runFloat(node.op, node.attrs, inputs)[0];
    }
    const Node& norm = graph.node(*group.batchNorm);
    const at::Tensor deviation = graph.constant(norm.inputs[4]).add(norm.attrs.get<double>("eps")).sqrt();
    const at::Tensor factor = graph.constant(norm.inputs[1]).div(deviation);
    QS_ASSIGN(const at::Tensor quantized,
              fakeQuantizeWeight(index, scaleOutputChannels(node, weight, factor)));
    const at::Tensor y = runFloat(node.op, node.attrs, std::vector{x, quantized})[0];
    if (!live_ || !hasLiveStatistics(norm)) {
        const at::Tensor centre = graph.constant(norm.inputs[3]);
        const at::Tensor shift = (bias.defined() ? bias.sub(centre) : centre.neg()).mul(factor);
        return y.add(along(shift.add(graph.constant(norm.inputs[2])), 1, y.dim()));
    }
    // A channel that gamma switches off has nothing to undo, and 0 / 0 would spread.
    const at::Tensor undo = at::where(factor.eq(0), at::ones_like(factor), factor);
    const at::Tensor plain = y.div(along(undo, 1, y.dim()));
    return normalize(norm, bias.defined() ? plain.add(along(bias, 1, y.dim())) : plain);
}

Result<at::Tensor> FakeQuantNetwork::fakeQuantizeWeight(size_t index, const at::Tensor& weight) {
    const auto quantizedOn = [&](const Result<QParams>& grid) -> Result<at::Tensor> {
        if (!grid) {
            return Error{grid.error().kind, "layer " + model_.graph.node(model_.groups[index].primary).name +
                                                ": weights cannot be quantized: " + grid.error().message};
        }
        return fakeQuantize(weight, *grid);
    };
    if (live_) {
        QS_TRY(weightObservers_[index]->observe(weight));
        return quantizedOn(weightObservers_[index]->qparams());
    }
    const Node& primary = model_.graph.node(model_.groups[index].primary);
    return quantizedOn(chooseWeightGrid(weight, weightConfig(primary, model_.qconfigs[index].qconfig.weight),
                                        /*channelAxis=*/0));
}

}  // namespace qs
