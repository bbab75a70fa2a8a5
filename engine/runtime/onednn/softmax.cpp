#include "runtime/kernels/softmax.h"

#include "runtime/onednn/primitive.h"
#include "runtime/plan/bounds.h"

namespace qs::runtime::onednn {

namespace {

/// Floats along any axis that oneDNN has a kernel for.
Result<std::string> lowerFloatSoftmax(NodeBuilder& b) {
    if (b.isInteger()) {
        return failure("oneDNN has it for floats only");
    }
    QS_ASSIGN(const Operand x, b.input(0));
    if (!realBounds(b.node()).isUnbounded()) {
        return failure("softmax takes no fused activation");
    }
    const size_t axis = x.axis(b.node().attrs.get<int64_t>("dim"));
    const Operand y = b.output(x.shape, x.layout);
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::softmax_forward::primitive_desc pd(
        {dnnl::prop_kind::forward_inference, descOf(x), static_cast<int>(axis)}, attr, cpuEngine());
    return call<dnnl::softmax_forward>(b, pd, {{DNNL_ARG_SRC, memoryOf(x)}, {DNNL_ARG_DST, memoryOf(y)}});
}

}  // namespace

}  // namespace qs::runtime::onednn

namespace qs {

void register_onednn_softmax(runtime::KernelRegistry& registry) {
    registry.add("softmax", {runtime::lowerSoftmax, runtime::onednn::lowerFloatSoftmax});
}

}  // namespace qs
