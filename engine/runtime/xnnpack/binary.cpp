#include "runtime/xnnpack/binary.h"

#include <algorithm>
#include <string>

#include "runtime/xnnpack/kernels.h"

namespace qs::runtime::xnnpack {

namespace {

/// Extents as they lie in memory.
std::vector<size_t> extentsOf(const Operand& x) {
    std::vector<size_t> extents;
    for (const size_t axis : memoryOrder(x.shape.size(), x.layout)) {
        extents.push_back(static_cast<size_t>(x.shape[axis]));
    }
    return extents;
}

template <typename T>
using SetupBinary = xnn_status (*)(xnn_operator_t, size_t, const size_t*, size_t, const size_t*, const T*,
                                   const T*, T*, pthreadpool_t);

template <typename T>
Setup binarySetup(SetupBinary<T> setup, const Operand& left, const Operand& right, const Operand& y) {
    return [setup, a = extentsOf(left), b = extentsOf(right), from = left.buffer, with = right.buffer,
            to = y.buffer](xnn_operator_t op, pthreadpool_t pool) {
        return setup(op, a.size(), a.data(), b.size(), b.data(), sourceOf<T>(from), sourceOf<T>(with),
                     targetOf<T>(to), pool);
    };
}

Status addIntegers(NodeBuilder& b, Binary kind, const Term& left, const Term& right, const Term& y,
                   const Bounds& bounds) {
    const QParams &p = *left.qparams, &q = *right.qparams, &r = *y.qparams;
    const bool isSum = kind == Binary::Add;
    if (isSum) {
        QS_TRY(checkRatio(p.scale[0] / r.scale[0], -10, 8));
        QS_TRY(checkRatio(q.scale[0] / r.scale[0], -10, 8));
    } else {
        QS_TRY(checkRatio(p.scale[0] * q.scale[0] / r.scale[0], -16, 8));
    }
    QS_ASSIGN(const ByteRange range, byteRange(bounds, r));
    const auto create = isSum ? xnn_create_add_nd_qs8 : xnn_create_multiply_nd_qs8;
    return addOperator(
        b, kMacsPerElement * y.operand.count(),
        [&](xnn_operator_t* op) {
            return create(zeroOf(p), scaleOf(p), zeroOf(q), scaleOf(q), zeroOf(r), scaleOf(r), range.min,
                          range.max, kFlags, op);
        },
        binarySetup<int8_t>(isSum ? xnn_setup_add_nd_qs8 : xnn_setup_multiply_nd_qs8, left.operand,
                            right.operand, y.operand));
}

Result<Shape> broadcast(const Shape& a, const Shape& b) {
    if (std::max(a.size(), b.size()) > XNN_MAX_TENSOR_DIMS) {
        return failure("XNNPACK takes " + std::to_string(XNN_MAX_TENSOR_DIMS) + " axes at most");
    }
    const Shape& longer = a.size() < b.size() ? b : a;
    const Shape& shorter = a.size() < b.size() ? a : b;
    Shape shape = longer;
    for (size_t i = 0; i < shorter.size(); ++i) {
        int64_t& extent = shape[longer.size() - shorter.size() + i];
        if (extent != shorter[i] && extent != 1 && shorter[i] != 1) {
            return failure("its inputs do not broadcast");
        }
        extent = extent == 1 ? shorter[i] : extent;
    }
    return shape;
}

Result<std::string> lowerBinary(NodeBuilder& b, Binary kind) {
    if (b.node().inputs.size() != 2) {
        return failure("XNNPACK takes no float constant here");
    }
    QS_ASSIGN(const Operand first, b.input(0));
    QS_ASSIGN(const Operand second, b.input(1));
    const bool haveChannels = hasChannelsLast(first.shape) && first.shape.size() == second.shape.size();
    const bool anyLast = first.layout == Layout::ChannelsLast || second.layout == Layout::ChannelsLast;
    const Layout layout = haveChannels && anyLast ? Layout::ChannelsLast : Layout::Contiguous;
    QS_ASSIGN(const Operand left, inputOf(b, 0, layout));
    QS_ASSIGN(const Operand right, inputOf(b, 1, layout));
    QS_ASSIGN(Shape shape, broadcast(left.shape, right.shape));
    const Operand y = b.output(std::move(shape), layout);
    const auto qparams = [](const std::optional<QParams>& q) { return q ? &*q : nullptr; };
    QS_TRY(addBinary(b, kind, {left, qparams(b.inputQParams(0))}, {right, qparams(b.inputQParams(1))},
                     {y, qparams(b.outputQParams())}, realBounds(b.node())));
    return std::string(b.isInteger() ? "xnnpack qs8 " : "xnnpack f32 ") +
           (kind == Binary::Add ? "add" : "multiply");
}

}  // namespace

Status addBinary(NodeBuilder& b, Binary kind, const Term& left, const Term& right, const Term& y,
                 const Bounds& bounds) {
    if (y.qparams) {
        return addIntegers(b, kind, left, right, y, bounds);
    }
    const bool isSum = kind == Binary::Add;
    const auto create = isSum ? xnn_create_add_nd_f32 : xnn_create_multiply_nd_f32;
    return addOperator(
        b, kMacsPerElement * y.operand.count(),
        [&](xnn_operator_t* op) {
            return create(static_cast<float>(bounds.low), static_cast<float>(bounds.high), kFlags, op);
        },
        binarySetup<float>(isSum ? xnn_setup_add_nd_f32 : xnn_setup_multiply_nd_f32, left.operand,
                           right.operand, y.operand));
}

}  // namespace qs::runtime::xnnpack

namespace qs {

void register_xnnpack_binary(runtime::KernelRegistry& registry) {
    using namespace runtime::xnnpack;
    registry.add("add", {[](runtime::NodeBuilder& b) { return lowerBinary(b, Binary::Add); }});
    registry.add("mul", {[](runtime::NodeBuilder& b) { return lowerBinary(b, Binary::Multiply); }});
}

}  // namespace qs
