#include "runtime/kernels/channel_steps.h"
#include "runtime/kernels/integer_operand.h"
#include "runtime/kernels/lookup.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// relu and clip on their own: a clamp, and in integers a change of scale and zero point with it.
Result<std::string> lowerClamp(NodeBuilder& b) {
    if (const auto table = b.isInteger() ? channelTable(b) : std::nullopt) {
        return addTable(b, *table);
    }
    QS_ASSIGN(const Operand x, b.input(0));
    const Bounds bounds = realBounds(b.node());
    const Operand y = b.output(x.shape, x.layout);
    if (!b.isInteger()) {
        b.addStep([from = x.buffer, to = y.buffer, low = static_cast<float>(bounds.low),
                   high = static_cast<float>(bounds.high), count = x.count()]() {
            clampFloats(floatsOf(from), low, high, static_cast<float*>(to->data), count);
        });
        return std::string("loop");
    }
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    b.addStep([from = x.buffer, to = y.buffer, source = integerSource(p, p.scale[0] / q.scale[0]),
               target = integerTarget(q, bounds), count = x.count()]() mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data);
        requantize(source, target, count);
    });
    return std::string("loop");
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_activation(runtime::KernelRegistry& registry) {
    registry.add("relu", {runtime::lowerClamp});
    registry.add("clip", {runtime::lowerClamp});
}

}  // namespace qs
