#include "runtime/onednn/channel_steps.h"
#include "runtime/onednn/integer_operand.h"
#include "runtime/onednn/kernel.h"
#include "runtime/onednn/lookup.h"
#include "runtime/onednn/node_builder.h"

namespace qs::onednn {

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
                   high = static_cast<float>(bounds.high), count = x.count()](const dnnl::stream&) {
            clampFloats(floatsOf(from), low, high, static_cast<float*>(to->data), count);
        });
        return std::string("loop");
    }
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    b.addStep([from = x.buffer, to = y.buffer, source = integerSource(p, p.scale[0] / q.scale[0]),
               target = integerTarget(q, bounds), count = x.count()](const dnnl::stream&) mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data);
        requantize(source, target, count);
    });
    return std::string("loop");
}

}  // namespace

}  // namespace qs::onednn

namespace qs {

void register_activation(onednn::KernelRegistry& registry) {
    registry.add("relu", {onednn::lowerClamp});
    registry.add("clip", {onednn::lowerClamp});
}

}  // namespace qs
