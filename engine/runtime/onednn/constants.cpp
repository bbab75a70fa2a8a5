#include "runtime/onednn/constants.h"

#include <optional>

#include "runtime/onednn/integer_operand.h"
#include "runtime/onednn/node_builder.h"
#include "runtime/onednn/row_loops.h"

namespace qs::onednn {

namespace {

/// The constant as it meets the elements of x in memory, written out but for the repetitions along the outer
/// axes; empty where the two do not fit.
at::Tensor repeating(const at::Tensor& constant, const Operand& x) {
    const auto rank = static_cast<int64_t>(x.shape.size());
    if (constant.dim() > rank || constant.scalar_type() != at::kFloat) {
        return {};
    }
    Shape shape(x.shape.size() - static_cast<size_t>(constant.dim()), 1);
    shape.insert(shape.end(), constant.sizes().begin(), constant.sizes().end());
    Shape extents = x.shape;
    at::Tensor ordered = constant.reshape(shape);
    if (x.layout == Layout::ChannelsLast) {
        ordered = ordered.permute({0, 2, 3, 1});
        extents = {extents[0], extents[2], extents[3], extents[1]};
    }
    size_t first = 0;
    while (first + 1 < extents.size() && ordered.size(static_cast<int64_t>(first)) == 1) {
        ++first;
    }
    Shape whole(first, 1);
    for (size_t d = first; d < extents.size(); ++d) {
        const int64_t extent = ordered.size(static_cast<int64_t>(d));
        if (extent != extents[d] && extent != 1) {
            return {};
        }
        whole.push_back(extents[d]);
    }
    return ordered.expand(whole).contiguous();
}

}  // namespace

Result<std::string> lowerConstants(NodeBuilder& b) {
    const QNode& node = b.node();
    if (node.constants.size() != 1 || node.inputs.size() != 1) {
        return failure("it has several inputs");
    }
    QS_ASSIGN(const Operand x, b.input(0));
    const at::Tensor constant = repeating(node.constants[0], x);
    if (!constant.defined()) {
        return failure("its constant is larger than the input");
    }
    const Operand y = b.output(x.shape, x.layout);
    const int64_t width = constant.numel(), rows = width == 0 ? 0 : x.count() / width;
    if (!b.isInteger()) {
        const Bounds bounds = realBounds(node);
        b.addStep([from = x.buffer, to = y.buffer, constant, rows, width,
                   run = node.op == "add" ? addRows : multiplyRows, low = static_cast<float>(bounds.low),
                   high = static_cast<float>(bounds.high)](const dnnl::stream&) {
            run(floatsOf(from), {constant.data_ptr<float>(), rows}, low, high, static_cast<float*>(to->data),
                rows, width);
        });
        return std::string("loop");
    }
    const QParams &p = *b.inputQParams(0), &q = *b.outputQParams();
    b.addStep([from = x.buffer, to = y.buffer, source = integerSource(p, p.scale[0]),
               target = integerTarget(q, realBounds(node)), scale = static_cast<float>(q.scale[0]), constant,
               run = node.op == "add" ? addConstants : multiplyConstants, rows,
               width](const dnnl::stream&) mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data);
        run(source, constant.data_ptr<float>(), scale, target, rows, width);
    });
    return std::string("loop");
}

}  // namespace qs::onednn
