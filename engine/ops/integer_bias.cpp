#include "ops/integer_bias.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace qs {

double accumulatorScale(const QNode& node, const QParams& input, int64_t channel) {
    const QParams& weight = *node.weightQParams;
    return input.scale[0] * weight.scale[weight.perChannel() ? static_cast<size_t>(channel) : 0];
}

at::Tensor integerBias(const QNode& node, const QParams& input) {
    const at::Tensor bias = node.bias->contiguous();
    at::Tensor q = at::empty({bias.size(0)}, at::kInt);
    constexpr double low = std::numeric_limits<int32_t>::min(), high = std::numeric_limits<int32_t>::max();
    for (int64_t o = 0; o < bias.size(0); ++o) {
        const double steps = bias.data_ptr<float>()[o] / accumulatorScale(node, input, o);
        q.data_ptr<int32_t>()[o] = static_cast<int32_t>(std::clamp(std::nearbyint(steps), low, high));
    }
    return q;
}

}  // namespace qs
