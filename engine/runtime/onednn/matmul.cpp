#include <algorithm>

#include "ops/requantization.h"
#include "runtime/cpu.h"
#include "runtime/kernels/integer_operand.h"
#include "runtime/onednn/weighted.h"
#include "runtime/plan/kernel.h"

namespace qs::runtime::onednn {

namespace {

using Dims = dnnl::memory::dims;

/// A factor's bytes as oneDNN takes them.
struct Factor {
    Operand operand;
    int32_t zeroPoint = 0;
    int64_t largest = 0;  ///< of the bytes' sizes
};

/// Extents of the two factors and of the product, as at::matmul broadcasts them.
struct Extents {
    Dims left, right, product;
    Shape shape;  ///< of the product as the graph sees it
};

Result<Extents> extentsOf(const Shape& left, const Shape& right) {
    if (left.size() < 2 || right.size() < 2) {
        return failure("an input is no matrix");
    }
    const size_t rank = std::max(left.size(), right.size());
    const auto padded = [rank](const Shape& shape) {
        Dims dims(rank - shape.size(), 1);
        dims.insert(dims.end(), shape.begin(), shape.end());
        return dims;
    };
    Extents e{padded(left), padded(right), {}, {}};
    const int64_t rows = e.left[rank - 2], inner = e.left[rank - 1], columns = e.right[rank - 1];
    if (inner != e.right[rank - 2]) {
        return failure("its inputs do not fit each other");
    }
    bool same = true, repeated = true;
    int64_t batch = 1;
    for (size_t i = 0; i + 2 < rank; ++i) {
        if (e.left[i] != e.right[i] && e.left[i] != 1 && e.right[i] != 1) {
            return failure("its inputs do not fit each other");
        }
        same = same && e.left[i] == e.right[i];
        repeated = repeated && e.right[i] == 1;
        batch *= e.left[i];
        e.shape.push_back(std::max(e.left[i], e.right[i]));
    }
    e.shape.push_back(rows);
    e.shape.push_back(columns);
    e.product = e.shape;
    if (repeated) {  // one right factor: all rows of the left ones make one matrix
        e.left = {batch * rows, inner};
        e.right = {inner, columns};
        e.product = {batch * rows, columns};
    } else if (same) {
        e.left = {batch, rows, inner};
        e.right = {batch, inner, columns};
        e.product = {batch, rows, columns};
    }
    return e;
}

dnnl::memory::desc dense(const Dims& dims, at::ScalarType type) {
    Dims strides(dims.size(), 1);
    for (size_t i = dims.size(); i-- > 1;) {
        strides[i - 1] = strides[i] * dims[i];
    }
    return {dims, dnnlType(type), strides};
}

/// The factor's bytes moved by `by` (modulo 256) into `type`.
Operand shifted(NodeBuilder& b, const Operand& x, int64_t by, at::ScalarType type) {
    Operand y = b.temporary(x.shape, type, x.layout);
    b.addStep([from = x.buffer, to = y.buffer, by = static_cast<uint8_t>(by & 0xff), count = x.count()]() {
        shiftBytes(bytesOf(from), by, static_cast<uint8_t*>(to->data), count);
    });
    return y;
}

int64_t largestOf(const QParams& q, int64_t by) {
    return std::max(std::abs(q.quantMin + by), std::abs(q.quantMax + by));
}

/// oneDNN multiplies u8 or s8 by s8. The right factor's bytes are moved around 0; without VNNI the left one's
/// are moved up from 0, because s8 * s8 has one bit less of room there.
Factor integerFactor(NodeBuilder& b, size_t i, const Operand& x) {
    const QParams& q = *b.inputQParams(i);
    const bool isUnsigned = x.type == at::kByte;
    int64_t by = 0;
    if (i == 1 && isUnsigned) {
        by = -(q.quantMin + q.quantMax + 1) / 2;
    } else if (i == 0 && !isUnsigned && !cpuHasVnni()) {
        by = -q.quantMin;
    }
    Factor factor{x, static_cast<int32_t>(q.zeroPoint[0] + by), largestOf(q, by)};
    if (by != 0) {
        factor.operand = shifted(b, x, by, i == 1 ? at::kChar : at::kByte);
    }
    return factor;
}

/// Activations times activations, batched.
Result<std::string> lowerMatmul(NodeBuilder& b) {
    if (b.node().inputs.size() != 2) {
        return failure("one input is a constant");
    }
    QS_ASSIGN(const Operand left, b.input(0, Layout::Contiguous));
    QS_ASSIGN(const Operand right, b.input(1, Layout::Contiguous));
    QS_ASSIGN(const Extents extents, extentsOf(left.shape, right.shape));
    Operand a = left, c = right;
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (b.isInteger()) {
        const Factor first = integerFactor(b, 0, left), second = integerFactor(b, 1, right);
        QS_TRY(checkPairSum(first.largest, second.largest));
        a = first.operand;
        c = second.operand;
        const QParams &p = *b.inputQParams(0), &q = *b.inputQParams(1), &r = *b.outputQParams();
        attr.set_output_scales(0, {requantizationScale(p.scale[0], q.scale[0], r.scale[0])});
        for (const auto& [argument, zero] :
             {std::pair(DNNL_ARG_SRC, first.zeroPoint), std::pair(DNNL_ARG_WEIGHTS, second.zeroPoint),
              std::pair(DNNL_ARG_DST, static_cast<int32_t>(r.zeroPoint[0]))}) {
            if (zero != 0) {
                attr.set_zero_points(argument, 0, {zero});
            }
        }
    }
    dnnl::post_ops ops;
    appendBounds(b, ops);
    if (b.isInteger()) {
        appendRounding(*b.outputQParams(), ops);
    }
    attr.set_post_ops(ops);
    const Operand y = b.output(extents.shape, Layout::Contiguous);
    const dnnl::memory::desc source = dense(extents.left, a.type), weights = dense(extents.right, c.type),
                             target = dense(extents.product, y.type);
    const dnnl::matmul::primitive_desc pd({source, weights, target}, attr, cpuEngine());
    return call<dnnl::matmul>(b, pd,
                              {{DNNL_ARG_SRC, memoryOf(a, source)},
                               {DNNL_ARG_WEIGHTS, memoryOf(c, weights)},
                               {DNNL_ARG_DST, memoryOf(y, target)}});
}

}  // namespace

}  // namespace qs::runtime::onednn

namespace qs {

void register_matmul(runtime::KernelRegistry& registry) {
    registry.add("matmul", {runtime::onednn::lowerMatmul});
}

}  // namespace qs
