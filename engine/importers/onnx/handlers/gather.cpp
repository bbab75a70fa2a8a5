#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/where.h>

#include "importers/onnx/handlers.h"
#include "importers/onnx/sizes.h"

namespace qs {

namespace {

/// Indices counted from the front. Only constant ones are rewritten: networks do not compute negative ones.
at::Tensor fromFront(const at::Tensor& indices, int64_t extent) {
    if (Tracer::isActivation(indices)) {
        return indices;
    }
    const at::Tensor wide = indices.to(at::kLong);
    return at::where(wide.lt(0), wide.add(extent), wide);
}

at::Tensor asLong(OnnxNode& node, const at::Tensor& tensor) {
    return tensor.scalar_type() == at::kLong
               ? tensor
               : node.call("aten::to.dtype", {tensor, static_cast<int64_t>(at::kLong)});
}

at::Tensor gather(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t axis = node.axis(node.integer("axis", 0), x.dim());
    const at::Tensor indices = asLong(node, fromFront(node.input(1), x.size(axis)));
    std::vector<int64_t> shape = shapeOf(x);
    shape.erase(shape.begin() + axis);
    shape.insert(shape.begin() + axis, indices.sizes().begin(), indices.sizes().end());
    const bool isConstant = !Tracer::isActivation(indices);
    node.checkSize(shape, Tracer::isActivation(x) || !isConstant);
    if (isConstant && indices.numel() == 1) {
        const int64_t index = indices.item<int64_t>();
        if (index < 0 || index >= x.size(axis)) {
            node.fail("index " + std::to_string(index) + " is outside of " + shapeText(x.sizes()));
        }
        if (indices.dim() == 0) {
            return node.call("aten::select.int", {x, axis, index});
        }
    }
    if (!isConstant && !Tracer::isActivation(x) && axis == 0 && x.dim() == 2) {
        return node.call("aten::embedding", {x, indices});
    }
    if (indices.dim() == 1) {
        return node.call("aten::index_select", {x, axis, indices});
    }
    const at::Tensor flat = node.call("aten::reshape", {indices, std::vector<int64_t>{indices.numel()}});
    return node.call("aten::reshape", {node.call("aten::index_select", {x, axis, flat}), shape});
}

at::Tensor gatherElements(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t axis = node.axis(node.integer("axis", 0), x.dim());
    return node.call("aten::gather", {x, axis, asLong(node, fromFront(node.input(1), x.size(axis)))});
}

/// The last axis of ND indices as one index tensor an axis of `x`, behind those of the batch.
c10::IValue indexList(OnnxNode& node, const at::Tensor& x, const at::Tensor& indices, int64_t batchDims) {
    if (Tracer::isActivation(indices)) {
        node.fail("its indices depend on the data, which is not supported for " + node.op() +
                  ": cut the network before it");
    }
    const int64_t depth = indices.dim() > 0 ? indices.size(-1) : 0;
    if (depth < 1 || depth + batchDims > x.dim() || batchDims < 0 || batchDims >= indices.dim()) {
        node.fail("its indices do not fit an input of the shape " + shapeText(x.sizes()));
    }
    c10::impl::GenericList list(c10::OptionalType::create(c10::TensorType::get()));
    for (int64_t i = 0; i < batchDims; ++i) {
        std::vector<int64_t> shape(static_cast<size_t>(indices.dim() - 1), 1);
        shape[static_cast<size_t>(i)] = x.size(i);
        list.push_back(node.places(x.size(i)).reshape(shape));
    }
    const at::Tensor wide = asLong(node, indices);
    for (int64_t i = 0; i < depth; ++i) {
        const at::Tensor one = node.call("aten::select.int", {wide, indices.dim() - 1, i});
        list.push_back(fromFront(one, x.size(batchDims + i)));
    }
    return list;
}

at::Tensor gatherNd(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const at::Tensor& indices = node.input(1);
    const int64_t batchDims = node.count("batch_dims", 0, 0);
    const c10::IValue list = indexList(node, x, indices, batchDims);
    std::vector<int64_t> shape = shapeOf(indices);
    shape.pop_back();
    const auto rest = static_cast<size_t>(batchDims + indices.size(-1));
    shape.insert(shape.end(), x.sizes().begin() + rest, x.sizes().end());
    node.checkSize(shape, Tracer::isActivation(x) || Tracer::isActivation(indices));
    return node.call("aten::index.Tensor", {x, list});
}

at::Tensor scatterNd(OnnxNode& node) {
    const std::string reduction = node.text("reduction", "none");
    if (reduction != "none" && reduction != "add") {
        node.fail("reduction " + reduction + " is not supported");
    }
    const at::Tensor& x = node.input(0);
    return node.call("aten::index_put",
                     {x, indexList(node, x, node.input(1), 0), node.input(2), reduction == "add"});
}

at::Tensor scatterElements(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t axis = node.axis(node.integer("axis", 0), x.dim());
    const at::Tensor indices = asLong(node, fromFront(node.input(1), x.size(axis)));
    const std::string reduction = node.text("reduction", "none");
    if (reduction == "none") {
        return node.call("aten::scatter.src", {x, axis, indices, node.input(2)});
    }
    if (reduction == "add") {
        return node.call("aten::scatter_add", {x, axis, indices, node.input(2)});
    }
    const std::string kind = reduction == "mul" ? "prod" : reduction == "max" ? "amax" : "amin";
    return node.call("aten::scatter_reduce.two", {x, axis, indices, node.input(2), kind, true});
}

at::Tensor oneHot(OnnxNode& node) {
    const int64_t depth = node.constantInt(1);
    const at::Tensor& values = node.input(2);
    const int64_t rank = node.input(0).dim() + 1;
    const int64_t axis = node.axis(node.integer("axis", -1), rank);
    std::vector<int64_t> shape = shapeOf(node.input(0));
    shape.insert(shape.begin() + axis, depth);
    node.checkSize(shape, Tracer::isActivation(node.input(0)));
    if (values.numel() != 2) {
        node.fail("it needs two values, off and on");
    }
    at::Tensor indices =
        node.call("aten::remainder.Scalar", {asLong(node, node.input(0)), std::max<int64_t>(depth, 1)});
    indices = node.call("aten::unsqueeze", {indices, axis});
    std::vector<int64_t> places(static_cast<size_t>(rank), 1);
    places[static_cast<size_t>(axis)] = depth;
    const at::Tensor isOn = node.call("aten::eq.Tensor", {indices, node.places(depth).reshape(places)});
    const at::Tensor flat = node.call("aten::reshape", {values, std::vector<int64_t>{2}});
    return node.call("aten::where.self", {isOn, node.call("aten::select.int", {flat, 0, 1}),
                                          node.call("aten::select.int", {flat, 0, 0})});
}

at::Tensor nonZero(OnnxNode& node) {
    node.constantNumbers(0);
    const at::Tensor& x = node.input(0);
    node.checkSize(std::vector<int64_t>{x.numel(), x.dim()}, false);
    return at::nonzero(x).t();
}

}  // namespace

void registerGathers(OnnxHandlers& handlers) {
    handlers.add("Gather", gather);
    handlers.add("GatherElements", gatherElements);
    handlers.add("GatherND", gatherNd);
    handlers.add("ScatterND", scatterNd);
    handlers.add("ScatterElements", scatterElements);
    handlers.add("Scatter", scatterElements);
    handlers.add("OneHot", oneHot);
    handlers.add("NonZero", nonZero);
}

}  // namespace qs
