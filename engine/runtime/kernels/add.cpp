#include "ops/requantization.h"
#include "runtime/kernels/constants.h"
#include "runtime/kernels/integer_add.h"
#include "runtime/kernels/integer_operand.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

void addFloatStep(NodeBuilder& b, const Operand& left, const Operand& right) {
    const Operand y = b.outputRows(left.shape, left.layout);
    const Bounds bounds = realBounds(b.node());
    b.addStep([from = left.buffer, with = right.buffer, to = y.buffer, low = static_cast<float>(bounds.low),
               high = static_cast<float>(bounds.high), rows = rowsOf(left, y)]() {
        addFloats(floatsOf(from), floatsOf(with), low, high, static_cast<float*>(to->data), rows);
    });
}

Result<std::string> lowerAdd(NodeBuilder& b) {
    if (b.node().inputs.size() != 2) {
        return lowerConstants(b);
    }
    QS_ASSIGN(const Operand left, b.input(0));
    QS_ASSIGN(const Operand right, b.input(1, left.layout));
    if (left.shape != right.shape) {
        return failure("it broadcasts one input");
    }
    if (b.isInteger()) {
        addIntegerStep(b, left, *b.inputQParams(0), right, *b.inputQParams(1));
    } else {
        addFloatStep(b, left, right);
    }
    return std::string("loop");
}

}  // namespace

void addIntegerStep(NodeBuilder& b, const Operand& left, const QParams& p, const Operand& right,
                    const QParams& q) {
    const QParams& r = *b.outputQParams();
    const Operand y = b.outputRows(left.shape, left.layout);
    b.addStep([from = left.buffer, with = right.buffer, to = y.buffer,
               source = integerSource(p, scaleRatio(p.scale[0], r.scale[0])),
               other = integerSource(q, scaleRatio(q.scale[0], r.scale[0])),
               target = integerTarget(r, realBounds(b.node())), rows = rowsOf(left, y)]() mutable {
        source.data = bytesOf(from);
        other.data = bytesOf(with);
        target.data = static_cast<uint8_t*>(to->data);
        addIntegers(source, other, target, rows);
    });
}

}  // namespace qs::runtime

namespace qs {

void register_add(runtime::KernelRegistry& registry) {
    registry.add("add", {runtime::lowerAdd});
}

}  // namespace qs
