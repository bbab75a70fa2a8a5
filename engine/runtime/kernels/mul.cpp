#include "ops/requantization.h"
#include "runtime/kernels/constants.h"
#include "runtime/kernels/integer_operand.h"
#include "runtime/loops/row_loops.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// A number for each channel of x, N x C x 1 x 1 for images: the gate of a squeeze-and-excite block.
bool isGateOf(const Shape& gate, const Shape& x) {
    if (!hasChannelsLast(x) || gate == x) {
        return false;
    }
    Shape wanted(x.size(), 1);
    wanted[0] = x[0];
    wanted[1] = x[1];
    return gate == wanted;
}

void addFloatStep(NodeBuilder& b, const Operand& x, const Operand& factor, bool gated) {
    const Operand y = b.output(x.shape, x.layout);
    const Bounds bounds = realBounds(b.node());
    const bool byChannel = x.layout == Layout::ChannelsLast;
    const int64_t width = x.shape.empty() ? 1 : byChannel ? x.shape[1] : x.shape.back();
    b.addStep([from = x.buffer, with = factor.buffer, to = y.buffer, low = static_cast<float>(bounds.low),
               high = static_cast<float>(bounds.high), repeat = gated ? pixelsOf(x.shape) : 1,
               rows = width == 0 ? 0 : x.count() / width, width]() {
        multiplyRows(floatsOf(from), {floatsOf(with), repeat}, low, high, static_cast<float*>(to->data), rows,
                     width);
    });
}

/// Two activations of the same shape, or an image and its gate.
Result<std::string> lowerMul(NodeBuilder& b) {
    if (b.node().inputs.size() != 2) {
        return lowerConstants(b);
    }
    QS_ASSIGN(const Operand left, b.input(0));
    QS_ASSIGN(const Operand right, b.input(1));
    const bool gatedByLeft = isGateOf(left.shape, right.shape);
    const bool gated = gatedByLeft || isGateOf(right.shape, left.shape);
    if (!gated && left.shape != right.shape) {
        return failure("it broadcasts one input");
    }
    const size_t image = gatedByLeft ? 1 : 0, factor = 1 - image;
    QS_ASSIGN(const Operand x, b.input(image, gated ? Layout::ChannelsLast : left.layout));
    QS_ASSIGN(const Operand f, b.input(factor, x.layout));
    if (!b.isInteger()) {
        addFloatStep(b, x, f, gated);
        return std::string("loop");
    }
    const QParams &p = *b.inputQParams(image), &q = *b.inputQParams(factor), &r = *b.outputQParams();
    const Operand y = b.output(x.shape, x.layout);
    const int64_t channels = gated ? x.shape[1] : x.count();
    const int64_t pixels = gated ? pixelsOf(x.shape) : 1;
    b.addStep([from = x.buffer, with = f.buffer, to = y.buffer, source = integerSource(p, 1),
               gate = integerSource(q, 1), target = integerTarget(r, realBounds(b.node())),
               scale = requantizationScale(p.scale[0], q.scale[0], r.scale[0]),
               batch = gated ? x.shape[0] : 1, pixels, channels]() mutable {
        source.data = bytesOf(from);
        gate.data = bytesOf(with);
        target.data = static_cast<uint8_t*>(to->data);
        multiplyIntegers(source, gate, scale, target, batch, pixels, channels);
    });
    return std::string("loop");
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_mul(runtime::KernelRegistry& registry) {
    registry.add("mul", {runtime::lowerMul});
}

}  // namespace qs
