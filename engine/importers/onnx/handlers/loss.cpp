// Losses, which networks carry that were exported with their training's last step.

#include <numeric>

#include "importers/onnx/handlers.h"
#include "importers/onnx/sizes.h"

namespace qs {

namespace {

/// What both losses read: target classes, a weight a class or nothing, and how the losses become one.
struct Loss {
    at::Tensor target;
    c10::IValue weight;
    std::optional<int64_t> ignored;
    std::string reduction;
};

Loss readLoss(OnnxNode& node) {
    Loss loss{node.input(1), node.optionalInput(2), std::nullopt, node.text("reduction", "mean")};
    if (loss.target.scalar_type() != at::kLong) {
        loss.target = node.call("aten::to.dtype", {loss.target, static_cast<int64_t>(at::kLong)});
    }
    if (node.has("ignore_index")) {
        loss.ignored = node.integer("ignore_index", 0);
    }
    if (loss.reduction != "none" && loss.reduction != "sum" && loss.reduction != "mean") {
        node.fail("reduction " + loss.reduction + " is not known");
    }
    const auto x = node.input(0).sizes();
    std::vector<int64_t> expected = x.vec();
    if (expected.size() > 1) {
        expected.erase(expected.begin() + 1);
    }
    if (x.size() < 2 || loss.target.sizes() != at::IntArrayRef(expected)) {
        node.fail("its target has the shape " + shapeText(loss.target.sizes()) + ", its input " +
                  shapeText(x));
    }
    return loss;
}

/// The number of `weights` for each class of `target`.
at::Tensor weightOf(OnnxNode& node, const at::Tensor& weights, const at::Tensor& target) {
    const at::Tensor flat = node.call("aten::reshape", {target, std::vector<int64_t>{-1}});
    return node.call("aten::reshape", {node.call("aten::index_select", {weights, 0, flat}), shapeOf(target)});
}

at::Tensor sumOf(OnnxNode& node, const at::Tensor& x) {
    std::vector<int64_t> axes(static_cast<size_t>(x.dim()));
    std::iota(axes.begin(), axes.end(), 0);
    return node.call("aten::sum.dim_IntList", {x, axes, false});
}

/// -weight[target] * x[target] for logarithms of probabilities N x C x ...
at::Tensor likelihoodLoss(OnnxNode& node, const at::Tensor& x, Loss loss) {
    at::Tensor counts;
    if (loss.ignored) {
        counts = node.call("aten::ne.Scalar", {loss.target, *loss.ignored});
        const at::Tensor zeros = node.call("aten::mul.Scalar", {loss.target, 0});
        loss.target = node.call("aten::where.self", {counts, loss.target, zeros});
        counts = node.call("aten::to.dtype", {counts, static_cast<int64_t>(at::kFloat)});
    }
    at::Tensor losses = node.call("aten::gather", {x, 1, node.call("aten::unsqueeze", {loss.target, 1})});
    losses = node.call("aten::neg", {node.call("aten::squeeze.dim", {losses, 1})});
    at::Tensor weights = counts;
    if (loss.weight.isTensor()) {
        weights = weightOf(node, loss.weight.toTensor(), loss.target);
        weights = counts.defined() ? node.call("aten::mul.Tensor", {weights, counts}) : weights;
    }
    if (weights.defined()) {
        losses = node.call("aten::mul.Tensor", {losses, weights});
    }
    if (loss.reduction == "none") {
        return losses;
    }
    const at::Tensor sum = sumOf(node, losses);
    if (loss.reduction == "sum") {
        return sum;
    }
    return weights.defined() ? node.call("aten::div.Tensor", {sum, sumOf(node, weights)})
                             : node.call("aten::div.Scalar", {sum, losses.numel()});
}

at::Tensor negativeLogLikelihood(OnnxNode& node) {
    return likelihoodLoss(node, node.input(0), readLoss(node));
}

/// The loss, and the logarithms of the probabilities.
std::vector<at::Tensor> softmaxCrossEntropy(OnnxNode& node) {
    const Loss loss = readLoss(node);
    const at::Tensor logarithms = node.call("aten::log_softmax.int", {node.input(0), 1});
    return {likelihoodLoss(node, logarithms, loss), logarithms};
}

}  // namespace

void registerLosses(OnnxHandlers& handlers) {
    handlers.add("NegativeLogLikelihoodLoss", negativeLogLikelihood);
    handlers.add("SoftmaxCrossEntropyLoss", softmaxCrossEntropy);
}

}  // namespace qs
