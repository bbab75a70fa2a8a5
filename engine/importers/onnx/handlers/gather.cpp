#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/where.h>

#include "importers/onnx/handlers.h"
#include "importers/onnx/sizes.h"

namespace qs {

namespace {

at::Tensor asLong(OnnxNode& node, const at::Tensor& tensor) {
    return tensor.scalar_type() == at::kLong
               ? tensor
               : node.call("aten::to.dtype", {tensor, static_cast<int64_t>(at::kLong)});
}

/// Indices counted from the front.
at::Tensor fromFront(OnnxNode& node, const at::Tensor& indices, int64_t extent) {
    const at::Tensor wide = asLong(node, indices);
    return node.call("aten::where.self", {node.call("aten::lt.Scalar", {wide, 0}),
                                          node.call("aten::add.Scalar", {wide, extent}), wide});
}

/// The same into `x`. Rows of a constant table are looked up by numbers that are known to count from the
/// front, such as those of words.
at::Tensor placesIn(OnnxNode& node, const at::Tensor& x, const at::Tensor& indices, int64_t axis) {
    const bool isLookup = Tracer::isActivation(indices) && !Tracer::isActivation(x);
    return isLookup ? asLong(node, indices) : fromFront(node, indices, x.size(axis));
}

at::Tensor gather(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t axis = node.axis(node.integer("axis", 0), x.dim());
    const at::Tensor indices = placesIn(node, x, node.input(1), axis);
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
    return node.call("aten::gather", {x, axis, placesIn(node, x, node.input(1), axis)});
}

/// How many axes of `x` ND indices address.
int64_t depthOf(const OnnxNode& node, const at::Tensor& x, const at::Tensor& indices, int64_t batchDims) {
    const int64_t depth = indices.dim() > 0 ? indices.size(-1) : 0;
    if (depth < 1 || depth + batchDims > x.dim() || batchDims < 0 || batchDims >= indices.dim()) {
        node.fail("its indices do not fit an input of the shape " + shapeText(x.sizes()));
    }
    return depth;
}

/// ND indices as one index into `x` whose first batchDims + depth axes are one, in the indices' shape without
/// the last axis.
at::Tensor flatIndices(OnnxNode& node, const at::Tensor& x, const at::Tensor& indices, int64_t batchDims) {
    const int64_t depth = depthOf(node, x, indices, batchDims);
    std::vector<int64_t> shape = shapeOf(indices);
    shape.pop_back();
    at::Tensor flat;
    int64_t stride = 1;
    for (int64_t axis = batchDims + depth - 1; axis >= 0; --axis) {
        at::Tensor one;
        if (axis >= batchDims) {
            one = node.call("aten::select.int", {indices, indices.dim() - 1, axis - batchDims});
            one = node.call("aten::mul.Scalar", {fromFront(node, one, x.size(axis)), stride});
        } else {
            std::vector<int64_t> along(shape.size(), 1);
            along[static_cast<size_t>(axis)] = x.size(axis);
            one = node.places(x.size(axis)).mul(stride).reshape(along);
        }
        flat = flat.defined() ? node.call("aten::add.Tensor", {flat, one}) : one;
        stride *= x.size(axis);
    }
    return flat;
}

/// `x` as a matrix whose rows are what flatIndices() address.
at::Tensor asRows(OnnxNode& node, const at::Tensor& x, int64_t axes) {
    const auto cut = static_cast<size_t>(axes);
    return node.call("aten::reshape",
                     {x, std::vector<int64_t>{elementCount(x.sizes().slice(0, cut)).value_or(0),
                                              elementCount(x.sizes().slice(cut)).value_or(0)}});
}

/// The last axis of constant ND indices as one index tensor an axis of `x`, behind those of the batch.
c10::IValue indexList(OnnxNode& node, const at::Tensor& x, const at::Tensor& indices, int64_t batchDims) {
    const int64_t depth = depthOf(node, x, indices, batchDims);
    c10::impl::GenericList list(c10::OptionalType::create(c10::TensorType::get()));
    for (int64_t i = 0; i < batchDims; ++i) {
        std::vector<int64_t> shape(static_cast<size_t>(indices.dim() - 1), 1);
        shape[static_cast<size_t>(i)] = x.size(i);
        list.push_back(node.places(x.size(i)).reshape(shape));
    }
    const at::Tensor wide = asLong(node, indices);
    for (int64_t i = 0; i < depth; ++i) {
        const at::Tensor one = node.call("aten::select.int", {wide, indices.dim() - 1, i});
        list.push_back(fromFront(node, one, x.size(batchDims + i)));
    }
    return list;
}

at::Tensor gatherNd(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const at::Tensor& indices = node.input(1);
    const int64_t batchDims = node.count("batch_dims", 0, 0);
    const int64_t addressed = batchDims + depthOf(node, x, indices, batchDims);
    std::vector<int64_t> shape = shapeOf(indices);
    shape.pop_back();
    shape.insert(shape.end(), x.sizes().begin() + addressed, x.sizes().end());
    node.checkSize(shape, Tracer::isActivation(x) || Tracer::isActivation(indices));
    if (!Tracer::isActivation(indices)) {
        return node.call("aten::index.Tensor", {x, indexList(node, x, indices, batchDims)});
    }
    const at::Tensor flat = flatIndices(node, x, indices, batchDims);
    const at::Tensor rows = node.call(
        "aten::index_select",
        {asRows(node, x, addressed), 0, node.call("aten::reshape", {flat, std::vector<int64_t>{-1}})});
    return node.call("aten::reshape", {rows, shape});
}

/// `updates` into their places along `axis`, together with what is there as `reduction` says.
at::Tensor scattered(OnnxNode& node, const std::string& reduction, const at::Tensor& x, int64_t axis,
                     const at::Tensor& indices, const at::Tensor& updates) {
    if (reduction == "none") {
        return node.call("aten::scatter.src", {x, axis, indices, updates});
    }
    if (reduction == "add") {
        return node.call("aten::scatter_add", {x, axis, indices, updates});
    }
    const std::string kind = reduction == "mul" ? "prod" : reduction == "max" ? "amax" : "amin";
    return node.call("aten::scatter_reduce.two", {x, axis, indices, updates, kind, true});
}

at::Tensor scatterNd(OnnxNode& node) {
    const std::string reduction = node.text("reduction", "none");
    const at::Tensor& x = node.input(0);
    const at::Tensor& indices = node.input(1);
    if (!Tracer::isActivation(indices) && (reduction == "none" || reduction == "add")) {
        return node.call("aten::index_put",
                         {x, indexList(node, x, indices, 0), node.input(2), reduction == "add"});
    }
    const at::Tensor rows = asRows(node, x, depthOf(node, x, indices, 0));
    const at::Tensor flat =
        node.call("aten::reshape", {flatIndices(node, x, indices, 0), std::vector<int64_t>{-1, 1}});
    const std::vector<int64_t> shape{flat.size(0), rows.size(1)};
    const at::Tensor updates = node.call("aten::reshape", {node.input(2), shape});
    return node.call(
        "aten::reshape",
        {scattered(node, reduction, rows, 0,
                   node.call("aten::contiguous", {node.call("aten::expand", {flat, shape})}), updates),
         shapeOf(x)});
}

at::Tensor scatterElements(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t axis = node.axis(node.integer("axis", 0), x.dim());
    return scattered(node, node.text("reduction", "none"), x, axis,
                     fromFront(node, node.input(1), x.size(axis)), node.input(2));
}

/// The first elements of each sample along the time axis, as many as its length says, in reverse.
at::Tensor reverseSequence(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t time = node.axis(node.integer("time_axis", 0), x.dim());
    const int64_t batch = node.axis(node.integer("batch_axis", 1), x.dim());
    if (time == batch || node.input(1).numel() != x.size(batch)) {
        node.fail("its axes and lengths do not fit an input of the shape " + shapeText(x.sizes()));
    }
    const auto along = [&](int64_t axis) {
        std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
        shape[static_cast<size_t>(axis)] = x.size(axis);
        return shape;
    };
    const at::Tensor places = node.places(x.size(time)).reshape(along(time));
    const at::Tensor lengths = node.call("aten::reshape", {asLong(node, node.input(1)), along(batch)});
    const at::Tensor mirrored = node.call("aten::sub.Tensor", {lengths, places.add(1)});
    const at::Tensor isKept = node.call("aten::lt.Scalar", {mirrored, 0});
    const at::Tensor from = node.call("aten::where.self", {isKept, places, mirrored});
    return node.call("aten::gather", {x, time, node.call("aten::expand", {from, shapeOf(x)})});
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

[[noreturn]] void refuseCount(const OnnxNode& node) {
    node.fail(
        "how many results it has depends on the data, which is not supported: cut the network before it");
}

/// What a constant condition chooses.
at::Tensor compress(OnnxNode& node) {
    if (!node.isConstant(1)) {
        refuseCount(node);
    }
    const at::Tensor chosen = at::nonzero(node.input(1).reshape({-1})).reshape({-1});
    at::Tensor x = node.input(0);
    if (!node.has("axis")) {
        x = node.call("aten::reshape", {x, std::vector<int64_t>{x.numel()}});
    }
    return node.call("aten::index_select", {x, node.axis(node.integer("axis", 0), x.dim()), chosen});
}

at::Tensor nonZero(OnnxNode& node) {
    if (!node.isConstant(0)) {
        refuseCount(node);
    }
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
    handlers.add("ReverseSequence", reverseSequence);
    handlers.add("NonZero", nonZero);
    handlers.add("Compress", compress);
    const OnnxHandler refuse = [](OnnxNode& node) -> std::vector<at::Tensor> { refuseCount(node); };
    handlers.add("NonMaxSuppression", refuse);
    handlers.add("Unique", refuse);
}

}  // namespace qs
