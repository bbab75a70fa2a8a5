#include "runtime/kernels/channel_steps.h"

#include <ATen/ops/empty.h>

#include "ops/channel_affine.h"
#include "ops/requantization.h"
#include "runtime/kernels/integer_operand.h"
#include "runtime/kernels/lookup.h"

namespace qs::runtime {

std::optional<ChannelSteps> ChannelSteps::of(const NodeBuilder& b) {
    const auto affine = channelAffineOf(b.graph(), b.node());
    if (!affine) {
        return std::nullopt;
    }
    const double input = b.inputQParams(0)->scale[0], output = b.outputQParams()->scale[0];
    at::Tensor scale = at::empty(affine->scale.sizes(), at::kFloat);
    for (int64_t c = 0; c < scale.numel(); ++c) {
        scale.data_ptr<float>()[c] = requantizationScale(input, affine->scale.data_ptr<float>()[c], output);
    }
    return ChannelSteps{affine->weight.to(at::kInt), affine->bias, scale};
}

ChannelSteps ChannelSteps::arranged(const std::function<at::Tensor(const at::Tensor&)>& arrange) const {
    return {arrange(weight), arrange(bias), arrange(scale)};
}

RowSteps ChannelSteps::row() const {
    return {weight.data_ptr<int32_t>(), bias.data_ptr<int32_t>(), scale.data_ptr<float>()};
}

std::optional<ByteTable> channelTable(const NodeBuilder& b) {
    const auto steps = ChannelSteps::of(b);
    if (!steps || steps->weight.numel() == 0) {
        return std::nullopt;
    }
    for (const at::Tensor& numbers : {steps->weight, steps->bias, steps->scale}) {
        if (!numbers.eq(numbers[0]).all().item<bool>()) {
            return std::nullopt;
        }
    }
    const ChannelSteps byte = steps->arranged(
        [](const at::Tensor& numbers) { return numbers.narrow(0, 0, 1).expand({256}).contiguous(); });
    IntegerSource source = integerSource(*b.inputQParams(0), 1);
    IntegerTarget target = integerTarget(*b.outputQParams(), realBounds(b.node()));
    return tableOf([&](const uint8_t* x, uint8_t* y, int64_t count) {
        source.data = x;
        target.data = y;
        scaleRows(source, byte.row(), target, denseRow(count));
    });
}

}  // namespace qs::runtime
