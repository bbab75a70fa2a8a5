#include <ATen/ops/tensor.h>

#include <algorithm>

#include "importers/onnx/handlers.h"

namespace qs {

namespace {

/// Elements added (or, below zero, cut off) before and after one axis.
struct Padding {
    int64_t before = 0;
    int64_t after = 0;
    bool isNone() const { return before == 0 && after == 0; }
};

std::vector<Padding> readPads(const OnnxNode& node, int64_t rank) {
    const auto pads = node.intsOf(node.opset() < 2 ? "paddings" : "pads", 1);
    if (!pads) {
        node.fail("pads are missing");
    }
    std::vector<int64_t> axes;
    for (int64_t i = 0; i < rank; ++i) {
        axes.push_back(i);
    }
    if (node.hasInput(3)) {
        axes = node.constantInts(3);
    }
    if (pads->size() != 2 * axes.size()) {
        node.fail("it has " + std::to_string(pads->size()) + " pads for " + std::to_string(axes.size()) +
                  " axes");
    }
    std::vector<Padding> result(static_cast<size_t>(rank));
    for (size_t i = 0; i < axes.size(); ++i) {
        const Padding padding{(*pads)[i], (*pads)[i + axes.size()]};
        constexpr int64_t kLimit = int64_t{1} << 31;
        const auto isFar = [](int64_t count) { return count < -kLimit || count > kLimit; };
        if (isFar(padding.before) || isFar(padding.after)) {
            node.fail("its pads are out of range");
        }
        result[static_cast<size_t>(node.axis(axes[i], rank))] = padding;
    }
    return result;
}

/// Where element `index` of an axis that is padded comes from, for an axis of `extent` elements.
int64_t source(const std::string& mode, int64_t index, int64_t extent) {
    if (mode == "edge") {
        return std::clamp<int64_t>(index, 0, extent - 1);
    }
    const int64_t period = mode == "wrap" ? extent : std::max<int64_t>(1, 2 * (extent - 1));
    const int64_t place = ((index % period) + period) % period;
    return place < extent ? place : period - place;
}

at::Tensor copyPadded(OnnxNode& node, at::Tensor x, const std::vector<Padding>& pads,
                      const std::string& mode) {
    for (size_t axis = 0; axis < pads.size(); ++axis) {
        const int64_t extent = x.size(static_cast<int64_t>(axis));
        if (pads[axis].isNone()) {
            continue;
        }
        if (extent == 0) {
            node.fail("an empty axis cannot be padded with " + mode);
        }
        node.checkSize(std::vector<int64_t>{extent + pads[axis].before + pads[axis].after}, false);
        std::vector<int64_t> indices;
        for (int64_t i = -pads[axis].before; i < extent + pads[axis].after; ++i) {
            indices.push_back(source(mode, i, extent));
        }
        x = node.call("aten::index_select", {x, static_cast<int64_t>(axis), at::tensor(indices, at::kLong)});
    }
    return x;
}

/// Whether ATen's own operator for images does it: only height and width grow, by less than an image.
bool isImagePad(const at::Tensor& x, const std::vector<Padding>& pads) {
    if (x.dim() != 4 || !pads[0].isNone() || !pads[1].isNone()) {
        return false;
    }
    for (const size_t axis : {size_t{2}, size_t{3}}) {
        const int64_t extent = x.size(static_cast<int64_t>(axis));
        const auto fits = [&](int64_t count) { return count >= 0 && count < extent; };
        if (!fits(pads[axis].before) || !fits(pads[axis].after)) {
            return false;
        }
    }
    return true;
}

/// Integers of a quantized activation are padded as the real numbers that they stand for.
at::Tensor padConstant(OnnxNode& node, const at::Tensor& x, const std::vector<int64_t>& pairs, double value) {
    const auto grid = Tracer::isActivation(x) ? node.gridOf(x) : std::nullopt;
    if (!grid) {
        return node.call("aten::constant_pad_nd", {x, pairs, value});
    }
    const double real = grid->scale[0] * (value - static_cast<double>(grid->zeroPoint[0]));
    return node.quantize(node.call("aten::constant_pad_nd", {node.dequantize(x), pairs, real}), *grid);
}

at::Tensor pad(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const std::vector<Padding> pads = readPads(node, x.dim());
    const std::string mode = node.text("mode", "constant");
    std::vector<int64_t> shape = shapeOf(x);
    std::vector<int64_t> pairs;
    for (size_t i = pads.size(); i-- > 0;) {
        shape[i] += pads[i].before + pads[i].after;
        pairs.insert(pairs.end(), {pads[i].before, pads[i].after});
    }
    node.checkSize(shape, Tracer::isActivation(x));
    // Axes in front that stay as they are need not be named.
    while (!pairs.empty() && pairs.back() == 0 && pairs[pairs.size() - 2] == 0) {
        pairs.resize(pairs.size() - 2);
    }
    if (pairs.empty()) {
        return x;
    }
    if (mode == "constant") {
        const double value = node.hasInput(2) ? node.constantNumber(2) : node.number("value", 0.0);
        return padConstant(node, x, pairs, value);
    }
    if (mode != "reflect" && mode != "edge" && mode != "wrap") {
        node.fail("mode " + mode + " is not known");
    }
    if (mode != "wrap" && at::isFloatingType(x.scalar_type()) && isImagePad(x, pads)) {
        pairs.resize(4, 0);
        return node.call(mode == "edge" ? "aten::replication_pad2d" : "aten::reflection_pad2d", {x, pairs});
    }
    return copyPadded(node, x, pads, mode);
}

}  // namespace

void registerPads(OnnxHandlers& handlers) {
    handlers.add("Pad", pad);
}

}  // namespace qs
