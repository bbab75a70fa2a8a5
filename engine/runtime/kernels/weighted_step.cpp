#include "runtime/kernels/weighted_step.h"

#include <algorithm>

#include "ops/op.h"

namespace qs::runtime {

namespace {

/// Where one scale a channel must lie: the axis of output channels, which groups of a transposed weight
/// share.
bool scalesFollowOutput(const QNode& node) {
    const QParams& qparams = *node.weightQParams;
    return !qparams.perChannel() ||
           (qparams.axis == static_cast<int>(ops().find(node.op)->weightOutputAxis) &&
            static_cast<int64_t>(qparams.scale.size()) == outputChannels(node));
}

bool isByte(const std::optional<QParams>& qparams) {
    return qparams && !qparams->perChannel() && infoOf(qparams->dtype).fitsByte();
}

}  // namespace

int64_t outputChannels(const QNode& node) {
    return qs::outputChannels(node.op, node.attrs, node.weight->sizes());
}

Status checkWeighted(const NodeBuilder& b) {
    const QNode& node = b.node();
    if (!node.weight) {
        return failure("its weight is not a constant");
    }
    if (!b.isInteger()) {
        return {};
    }
    if (!node.weightQParams || !node.weightInt || node.weightInt->scalar_type() != at::kChar) {
        return failure("its weight is not int8");
    }
    if (std::ranges::any_of(node.weightQParams->zeroPoint, [](int64_t zero) { return zero != 0; })) {
        return failure("its weight has a zero point");
    }
    if (!scalesFollowOutput(node)) {
        return failure("its weight is not quantized along the output channels");
    }
    if (!isByte(b.inputQParams(0)) || !isByte(b.outputQParams()) ||
        (node.hasAdd && !isByte(b.inputQParams(1))) || (node.preAdd && !isByte(node.preAdd))) {
        return failure("an activation is not 8-bit per tensor");
    }
    return {};
}

}  // namespace qs::runtime
