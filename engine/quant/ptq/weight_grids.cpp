#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/guard.h"
#include "ops/op.h"
#include "quant/observer.h"
#include "quant/output_channels.h"
#include "quant/ptq.h"

namespace qs {

namespace {

constexpr double kGreatestSum = std::numeric_limits<int32_t>::max();

/// Raises the scales of an integer layer's weights until what its int32 sums can become fits: a bias of
/// |b| / (s_x * s_w) steps, and products of the greatest distance on the input's grid with |w| / s_w, each
/// rounded up by half a step at most. Kernels shift zero points about, so that the distance is the grid's
/// whole width. Failure where the number of products alone is too great.
Status leaveRoom(const Node& primary, const LayerWeights& weights, const QParams& input, QParams& grid) {
    const double width = static_cast<double>(input.quantMax - input.quantMin);
    const at::Tensor sums = absoluteSums(primary, weights.weight);  // float64 [O]
    const double products = static_cast<double>(weights.weight.numel()) / static_cast<double>(sums.numel());
    const double room = kGreatestSum - 1 - width * products / 2;
    if (room <= 0) {
        return failure("layer " + primary.name + ": its sums of " +
                       std::to_string(static_cast<int64_t>(products)) +
                       " products do not fit into 32 bits: leave it in FP32");
    }
    at::Tensor needed = sums.mul(width);
    if (weights.bias) {
        needed = needed.add(weights.bias->abs().to(at::kDouble).div(input.scale.at(0)));
    }
    needed = needed.div(room).contiguous();
    const double* least = needed.data_ptr<double>();
    const auto raise = [](double& scale, double atLeast) {
        if (scale < atLeast) {
            scale = std::nextafter(static_cast<float>(atLeast), std::numeric_limits<float>::infinity());
        }
    };
    if (!grid.perChannel()) {
        raise(grid.scale.at(0), *std::max_element(least, least + needed.numel()));
        return {};
    }
    for (size_t channel = 0; channel < grid.scale.size(); ++channel) {
        raise(grid.scale[channel], least[channel]);
    }
    return {};
}

}  // namespace

Result<QParams> chooseWeightGrid(const PreparedModel& model, size_t group, const Calibration& activations) {
    const Node& primary = model.graph.node(model.groups[group].primary);
    const LayerWeights& weights = *model.weights[group];
    const bool isInteger = model.isInteger(group);
    const auto& fileGrid = model.graph.value(primary.inputs.at(1)).qparams;
    if (isInteger && fileGrid && !model.groups[group].batchNorm) {
        return *fileGrid;
    }
    auto grid = chooseWeightGrid(weights.weight, weightConfig(primary, model.qconfigs[group].qconfig.weight),
                                 /*channelAxis=*/0);
    if (!grid) {
        return Error{grid.error().kind,
                     "layer " + primary.name + ": weights cannot be quantized: " + grid.error().message};
    }
    if (const QParams* input = findGrid(model, activations, model.reads[group].at(0)); isInteger && input) {
        QS_TRY(leaveRoom(primary, weights, *input, *grid));
    }
    return grid;
}

const QParams* findGrid(const PreparedModel& model, const Calibration& activations, const GridId& id) {
    if (const auto found = activations.find(model.keyOf(id)); found != activations.end()) {
        return &found->second;
    }
    const NodeId producer = model.graph.value(id.value).producer;
    if (!id.grid.empty() || !producer.valid() ||
        quantKindOf(model.graph.node(producer).op) != QuantKind::PassThrough) {
        return nullptr;
    }
    const auto group = std::ranges::find_if(
        model.groups, [&](const FusionGroup& candidate) { return candidate.primary == producer; });
    return findGrid(model, activations, model.reads[static_cast<size_t>(group - model.groups.begin())].at(0));
}

Status chooseWeightGrids(const PreparedModel& model, Encodings& encodings) {
    return guard("grids of weights", [&]() -> Status {
        for (size_t i = 0; i < model.groups.size(); ++i) {
            if (model.weights[i] && quantizesWeight(model.computes[i])) {
                QS_ASSIGN(encodings.weights[model.graph.node(model.groups[i].primary).name],
                          chooseWeightGrid(model, i, encodings.activations));
            }
        }
        return {};
    });
}

}  // namespace qs
