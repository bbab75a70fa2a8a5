#include "runtime/xnnpack/flip.h"
#include "runtime/xnnpack/kernels.h"
#include "runtime/xnnpack/qparams.h"

namespace qs::runtime::xnnpack {

namespace {

Result<std::string> addIntegerSoftmax(NodeBuilder& b, const Operand& x, size_t channels, int64_t rows) {
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    if (q.scale[0] != 1.0 / 256 || q.zeroPoint[0] != -128 || q.quantMax != 127) {
        return failure(
            "XNNPACK takes an output scale of 1/256, a zero point of -128 (signed) and all 256 "
            "values only");
    }
    const Operand from = b.temporary(x.shape, at::kByte, x.layout);
    const Operand to = b.temporary(x.shape, at::kByte, x.layout);
    const Operand y = b.output(x.shape, x.layout);
    addFlip(b, x, from);
    QS_TRY(addOperator(
        b, kMacsPerElement * x.count(),
        [&](xnn_operator_t* op) {
            return xnn_create_softmax_nc_qu8(channels, channels, channels, scaleOf(p), 0, scaleOf(q), kFlags,
                                             op);
        },
        rowSetup<uint8_t>(xnn_setup_softmax_nc_qu8, rows, from, to)));
    addFlip(b, to, y);
    return std::string("xnnpack qu8 softmax, top bits flipped before and after");
}

/// Along the last axis.
Result<std::string> lowerSoftmax(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, inputOf(b, 0, Layout::Contiguous));
    if (x.axis(b.node().attrs.get<int64_t>("dim")) + 1 != x.shape.size()) {
        return failure("it is not along the last axis");
    }
    if (!realBounds(b.node()).isUnbounded()) {
        return failure("XNNPACK fuses no activation into a softmax");
    }
    const auto channels = static_cast<size_t>(x.shape.back());
    const int64_t rows = x.count() / x.shape.back();
    if (b.isInteger()) {
        return addIntegerSoftmax(b, x, channels, rows);
    }
    const Operand y = b.output(x.shape, x.layout);
    QS_TRY(addOperator(
        b, kMacsPerElement * x.count(),
        [&](xnn_operator_t* op) {
            return xnn_create_softmax_nc_f32(channels, channels, channels, kFlags, op);
        },
        rowSetup<float>(xnn_setup_softmax_nc_f32, rows, x, y)));
    return std::string("xnnpack f32 softmax");
}

}  // namespace

}  // namespace qs::runtime::xnnpack

namespace qs {

void register_xnnpack_softmax(runtime::KernelRegistry& registry) {
    registry.add("softmax", {runtime::xnnpack::lowerSoftmax});
}

}  // namespace qs
