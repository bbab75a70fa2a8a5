#include "ops/channel_affine.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/round.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <limits>

namespace qs {

namespace {

/// Double, [C] or one element.
struct Line {
    at::Tensor factor, offset;
};

/// Whether `constant` has one element a channel of a tensor of `rank` axes, or one for all.
bool isByChannel(const at::Tensor& constant, size_t rank, int64_t channels) {
    if (constant.numel() == 1) {
        return true;
    }
    const auto dim = static_cast<size_t>(constant.dim());
    return dim + 1 >= rank && dim <= rank && constant.numel() == channels &&
           constant.size(static_cast<int64_t>(dim + 1 - rank)) == channels;
}

std::optional<Line> lineOf(const QNode& node, const Shape& shape) {
    const auto constant = [&](size_t i) { return node.constants.at(i).to(at::kDouble).flatten(); };
    if (node.op == "batch_norm") {
        const at::Tensor factor = constant(0) / at::sqrt(constant(3) + node.attrs.get<double>("eps"));
        return Line{factor, constant(1) - constant(2) * factor};
    }
    const at::Tensor zero = at::zeros({1}, at::kDouble), one = at::ones({1}, at::kDouble);
    if (node.op == "relu" || node.op == "clip") {
        return Line{one, zero};
    }
    const bool adds = node.op == "add";
    if ((!adds && node.op != "mul") || node.inputs.size() != 1 || node.constants.size() != 1 ||
        !isByChannel(node.constants[0], shape.size(), shape[1])) {
        return std::nullopt;
    }
    return adds ? Line{one, constant(0)} : Line{constant(0), zero};
}

}  // namespace

std::optional<ChannelAffine> channelAffineOf(const QuantizedGraph& graph, const QNode& node) {
    constexpr double steps = 127;
    const QValue& input = graph.value(node.inputs.at(0));
    const Shape& shape = input.shape;
    if (!input.isInteger() || shape.size() < 3 || shape.size() > 5) {
        return std::nullopt;
    }
    const std::optional<Line> line = lineOf(node, shape);
    if (!line) {
        return std::nullopt;
    }
    const at::Tensor factor = line->factor.expand({shape[1]}).contiguous();
    const at::Tensor scale =
        at::where(factor.eq(0), at::full_like(factor, 1), factor.abs() / steps).to(at::kFloat);
    const at::Tensor biasScale = scale * static_cast<float>(input.qparams->scale.at(0));
    const at::Tensor bias = at::round(line->offset.expand({shape[1]}) / biasScale.to(at::kDouble));
    if (bias.abs().max().item<double>() > std::numeric_limits<int32_t>::max() / 2) {
        return std::nullopt;
    }
    return ChannelAffine{(at::sign(factor) * steps).to(at::kChar), scale, bias.to(at::kInt)};
}

}  // namespace qs
