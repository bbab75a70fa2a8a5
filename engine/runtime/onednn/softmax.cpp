#include <cmath>

#include "runtime/onednn/integer_operand.h"
#include "runtime/onednn/kernel.h"
#include "runtime/onednn/node_builder.h"

namespace qs::onednn {

namespace {

/// Floats along any axis that oneDNN has a kernel for.
Result<std::string> lowerFloatSoftmax(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0));
    if (!realBounds(b.node()).isUnbounded()) {
        return failure("softmax takes no fused activation");
    }
    const size_t axis = x.axis(b.node().attrs.get<int64_t>("dim"));
    const Operand y = b.output(x.shape, x.layout);
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::softmax_forward::primitive_desc pd(
        {dnnl::prop_kind::forward_inference, x.desc(), static_cast<int>(axis)}, attr, cpuEngine());
    return b.call<dnnl::softmax_forward>(pd, {{DNNL_ARG_SRC, x.memory()}, {DNNL_ARG_DST, y.memory()}});
}

/// Along the last axis: exp(x - max) of 8-bit numbers takes 256 values.
Result<std::string> lowerSoftmax(NodeBuilder& b) {
    if (!b.isInteger()) {
        return lowerFloatSoftmax(b);
    }
    QS_ASSIGN(const Operand x, b.input(0, Layout::Contiguous));
    if (x.axis(b.node().attrs.get<int64_t>("dim")) + 1 != x.shape.size()) {
        return failure("it is not along the last axis");
    }
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    FloatTable exponentials;
    for (size_t below = 0; below < exponentials.size(); ++below) {
        exponentials[below] = static_cast<float>(std::exp(-p.scale[0] * static_cast<double>(below)));
    }
    const Operand y = b.output(x.shape, Layout::Contiguous);
    const int64_t width = x.shape.back();
    b.addStep([from = x.buffer, to = y.buffer, source = integerSource(p, p.scale[0]), exponentials,
               scale = static_cast<float>(q.scale[0]), target = integerTarget(q, realBounds(b.node())),
               rows = width == 0 ? 0 : x.count() / width, width](const dnnl::stream&) mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data);
        softmaxRows(source, exponentials, scale, target, rows, width);
    });
    return std::string("loop");
}

}  // namespace

}  // namespace qs::onednn

namespace qs {

void register_softmax(onednn::KernelRegistry& registry) {
    registry.add("softmax", {onednn::lowerSoftmax});
}

}  // namespace qs
