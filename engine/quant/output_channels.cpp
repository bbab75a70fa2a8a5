#include "quant/output_channels.h"

#include <vector>

#include "ops/op.h"

namespace qs {

namespace {

/// [I, O / groups, kH, kW], where group g holds inputs g * I / groups ... and outputs g * O / groups ..., as
/// [groups, I / groups, O / groups, kH * kW].
at::Tensor byGroups(const Node& node, const at::Tensor& weight) {
    const auto groups = node.attrs.get<int64_t>("groups", 1);
    return weight.reshape({groups, weight.size(0) / groups, weight.size(1), -1});
}

bool hasOutputsFirst(const Node& node) {
    return ops().find(node.op)->weightOutputAxis == 0;
}

}  // namespace

at::Tensor scaleOutputChannels(const Node& node, const at::Tensor& weight, const at::Tensor& factor) {
    if (hasOutputsFirst(node)) {
        std::vector<int64_t> perChannel(static_cast<size_t>(weight.dim()), 1);
        perChannel[0] = -1;
        return weight.mul(factor.reshape(perChannel));
    }
    const at::Tensor grouped = byGroups(node, weight);
    return grouped.mul(factor.reshape({grouped.size(0), 1, grouped.size(2), 1})).reshape(weight.sizes());
}

at::Tensor absoluteSums(const Node& node, const at::Tensor& weight) {
    const at::Tensor magnitudes = weight.abs().to(at::kDouble);
    return hasOutputsFirst(node) ? magnitudes.flatten(1).sum(1)
                                 : byGroups(node, magnitudes).sum({1, 3}).flatten();
}

}  // namespace qs
