#include <numeric>

#include "importers/onnx/handlers.h"

namespace qs {

namespace {

/// Reduces `x` over `axes` (all of them, sorted), keeping the axes on request.
using Reduction = at::Tensor (*)(OnnxNode& node, const at::Tensor& x, const std::vector<int64_t>& axes,
                                 bool keep);

at::Tensor sum(OnnxNode& node, const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
    return node.call("aten::sum.dim_IntList", {x, axes, keep, static_cast<int64_t>(x.scalar_type())});
}

at::Tensor mean(OnnxNode& node, const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
    if (at::isFloatingType(x.scalar_type())) {
        return node.call("aten::mean.dim", {x, axes, keep});
    }
    const at::Tensor real = node.call("aten::to.dtype", {x, static_cast<int64_t>(at::kDouble)});
    const at::Tensor result = node.call("aten::mean.dim", {real, axes, keep});
    return node.call("aten::to.dtype", {result, static_cast<int64_t>(x.scalar_type())});
}

at::Tensor maximum(OnnxNode& node, const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
    return node.call("aten::amax", {x, axes, keep});
}

at::Tensor minimum(OnnxNode& node, const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
    return node.call("aten::amin", {x, axes, keep});
}

at::Tensor product(OnnxNode& node, const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
    at::Tensor y = x;
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
        y = node.call("aten::prod.dim_int", {y, *axis, keep, static_cast<int64_t>(x.scalar_type())});
    }
    return y;
}

at::Tensor logSumExp(OnnxNode& node, const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
    return node.call("aten::logsumexp", {x, axes, keep});
}

at::Tensor l1(OnnxNode& node, const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
    return sum(node, node.call("aten::abs", {x}), axes, keep);
}

at::Tensor sumSquare(OnnxNode& node, const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
    return sum(node, node.call("aten::mul.Tensor", {x, x}), axes, keep);
}

at::Tensor l2(OnnxNode& node, const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
    return node.call("aten::sqrt", {sumSquare(node, x, axes, keep)});
}

at::Tensor logSum(OnnxNode& node, const at::Tensor& x, const std::vector<int64_t>& axes, bool keep) {
    return node.call("aten::log", {sum(node, x, axes, keep)});
}

OnnxHandler reduce(Reduction reduction) {
    return [reduction](OnnxNode& node) -> std::vector<at::Tensor> {
        const at::Tensor& x = node.input(0);
        std::vector<int64_t> axes = node.intsOf("axes", 1).value_or(std::vector<int64_t>());
        if (axes.empty()) {
            if (node.integer("noop_with_empty_axes", 0) != 0) {
                return {x};
            }
            axes.resize(static_cast<size_t>(x.dim()));
            std::iota(axes.begin(), axes.end(), 0);
        }
        if (x.dim() == 0) {
            return {x};
        }
        return {reduction(node, x, node.axes(axes, x.dim()), node.integer("keepdims", 1) != 0)};
    };
}

OnnxHandler argument(std::string aten) {
    return [aten](OnnxNode& node) -> std::vector<at::Tensor> {
        at::Tensor x = node.input(0);
        const int64_t axis = node.axis(node.integer("axis", 0), x.dim());
        const bool keep = node.integer("keepdims", 1) != 0;
        const bool last = node.integer("select_last_index", 0) != 0;
        if (!last) {
            return {node.call(aten, {x, axis, keep})};
        }
        const int64_t end = x.size(axis) - 1;
        x = node.call("aten::flip", {x, std::vector<int64_t>{axis}});
        return {node.call("aten::rsub.Scalar", {node.call(aten, {x, axis, keep}), end})};
    };
}

std::vector<at::Tensor> topK(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t count = node.hasInput(1) ? node.constantInt(1) : node.integer("k", 1);
    const int64_t axis = node.axis(node.integer("axis", -1), x.dim());
    if (count < 0 || count > x.size(axis)) {
        node.fail("it takes the best " + std::to_string(count) + " of " + std::to_string(x.size(axis)));
    }
    return node.callMany("aten::topk",
                         {x, count, axis, node.integer("largest", 1) != 0, node.integer("sorted", 1) != 0});
}

at::Tensor cumSum(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t axis = node.axis(node.constantInt(1), x.dim());
    const std::vector<int64_t> flipped{axis};
    const bool reverse = node.integer("reverse", 0) != 0;
    const at::Tensor source = reverse ? node.call("aten::flip", {x, flipped}) : x;
    at::Tensor y = node.call("aten::cumsum", {source, axis, static_cast<int64_t>(x.scalar_type())});
    if (node.integer("exclusive", 0) != 0) {
        y = node.call("aten::sub.Tensor", {y, source});
    }
    return reverse ? node.call("aten::flip", {y, flipped}) : y;
}

}  // namespace

void registerReductions(OnnxHandlers& handlers) {
    handlers.add("ReduceSum", reduce(sum));
    handlers.add("ReduceMean", reduce(mean));
    handlers.add("ReduceMax", reduce(maximum));
    handlers.add("ReduceMin", reduce(minimum));
    handlers.add("ReduceProd", reduce(product));
    handlers.add("ReduceLogSumExp", reduce(logSumExp));
    handlers.add("ReduceL1", reduce(l1));
    handlers.add("ReduceL2", reduce(l2));
    handlers.add("ReduceSumSquare", reduce(sumSquare));
    handlers.add("ReduceLogSum", reduce(logSum));
    handlers.add("ArgMax", argument("aten::argmax"));
    handlers.add("ArgMin", argument("aten::argmin"));
    handlers.add("TopK", topK);
    handlers.add("CumSum", cumSum);
}

}  // namespace qs
