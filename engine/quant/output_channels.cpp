#include "quant/output_channels.h"

#include <vector>

#include "ops/op.h"

namespace qs {

at::Tensor scaleOutputChannels(const Node& node, const at::Tensor& weight, const at::Tensor& factor) {
    if (ops().find(node.op)->weightOutputAxis == 0) {
        std::vector<int64_t> perChannel(static_cast<size_t>(weight.dim()), 1);
        perChannel[0] = -1;
        return weight.mul(factor.reshape(perChannel));
    }
    // [I, O / groups, kH, kW]: group g holds inputs g * I / groups ... and outputs g * O / groups ...
    const auto groups = node.attrs.get<int64_t>("groups", 1);
    const at::Tensor grouped =
        weight.reshape({groups, weight.size(0) / groups, weight.size(1), weight.size(2), weight.size(3)});
    return grouped.mul(factor.reshape({groups, 1, weight.size(1), 1, 1})).reshape(weight.sizes());
}

}  // namespace qs
