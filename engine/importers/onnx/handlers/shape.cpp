#include <ATen/ops/ones.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "importers/onnx/handlers.h"
#include "importers/onnx/sizes.h"

namespace qs {

namespace {

at::Tensor ints(const std::vector<int64_t>& values) {
    return at::tensor(values, at::kLong);
}

at::Tensor shape(OnnxNode& node) {
    const std::vector<int64_t> shape = shapeOf(node.input(0));
    const auto rank = static_cast<int64_t>(shape.size());
    const auto place = [&](const char* name, int64_t fallback) {
        const int64_t value = std::clamp(node.integer(name, fallback), -rank, rank);
        return value < 0 ? value + rank : value;
    };
    const int64_t begin = place("start", 0);
    const int64_t end = std::max(begin, place("end", rank));
    return ints({shape.begin() + begin, shape.begin() + end});
}

at::Tensor size(OnnxNode& node) {
    return at::scalar_tensor(node.input(0).numel(), at::kLong);
}

/// Sizes are resolved to numbers: that of the batch is recognised by its following the batch.
at::Tensor reshape(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    std::vector<int64_t> shape = node.has("shape") ? node.ints("shape") : node.constantInts(1);
    const bool allowsZero = node.integer("allowzero", 0) != 0;
    int64_t known = 1;
    auto open = shape.end();
    for (auto it = shape.begin(); it != shape.end(); ++it) {
        const int64_t index = it - shape.begin();
        if (*it == 0 && !allowsZero) {
            if (index >= x.dim()) {
                node.fail("it keeps axis " + std::to_string(index) + " of an input of the shape " +
                          shapeText(x.sizes()));
            }
            *it = x.size(index);
        }
        if (*it == -1 && open == shape.end()) {
            open = it;
        } else if (*it < 0 || __builtin_mul_overflow(known, *it, &known)) {
            node.fail("the shape " + shapeText(shape) + " is impossible");
        }
    }
    if (open != shape.end()) {
        *open = known == 0 ? 0 : x.numel() / known;
        known *= *open;
    }
    if (known != x.numel()) {
        node.fail("an input of the shape " + shapeText(x.sizes()) + " cannot become " + shapeText(shape));
    }
    return node.call("aten::reshape", {x, shape});
}

at::Tensor flatten(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t axis = node.integer("axis", 1);
    if (axis == 1 && x.dim() > 1) {
        return node.call("aten::flatten.using_ints", {x, 1, -1});
    }
    const auto cut = static_cast<size_t>(axis == x.dim() ? axis : node.axis(axis, x.dim()));
    const std::vector<int64_t> shape{elementCount(x.sizes().slice(0, cut)).value_or(0),
                                     elementCount(x.sizes().slice(cut)).value_or(0)};
    return node.call("aten::reshape", {x, shape});
}

at::Tensor squeeze(OnnxNode& node) {
    at::Tensor x = node.input(0);
    auto wanted = node.intsOf("axes", 1);
    if (!wanted) {
        wanted.emplace();
        for (int64_t i = 0; i < x.dim(); ++i) {
            if (x.size(i) == 1) {
                wanted->push_back(i);
            }
        }
    }
    std::vector<int64_t> axes = node.axes(*wanted, x.dim());
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
        if (x.size(*axis) != 1) {
            node.fail("axis " + std::to_string(*axis) + " of " + shapeText(x.sizes()) + " is not 1");
        }
        x = node.call("aten::squeeze.dim", {x, *axis});
    }
    return x;
}

at::Tensor unsqueeze(OnnxNode& node) {
    at::Tensor x = node.input(0);
    const std::vector<int64_t> wanted = node.intsOf("axes", 1).value_or(std::vector<int64_t>());
    for (const int64_t axis : node.axes(wanted, x.dim() + static_cast<int64_t>(wanted.size()))) {
        x = node.call("aten::unsqueeze", {x, axis});
    }
    return x;
}

at::Tensor transpose(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    std::vector<int64_t> order = node.ints("perm");
    if (!node.has("perm")) {
        order.resize(static_cast<size_t>(x.dim()));
        std::iota(order.rbegin(), order.rend(), 0);
    }
    if (static_cast<int64_t>(order.size()) != x.dim()) {
        node.fail("perm has " + std::to_string(order.size()) + " axes but its input " +
                  std::to_string(x.dim()));
    }
    return node.call("aten::permute", {x, order});
}

at::Tensor expand(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    std::vector<int64_t> wanted = node.constantInts(1);
    std::vector<int64_t> shape(std::max(wanted.size(), x.sizes().size()), 1);
    std::copy(wanted.rbegin(), wanted.rend(), shape.rbegin());
    for (size_t i = 0; i < x.sizes().size(); ++i) {
        int64_t& extent = shape[shape.size() - x.sizes().size() + i];
        extent = extent == 1 ? x.sizes()[i] : extent;
    }
    node.checkSize(shape, Tracer::isActivation(x));
    return node.call("aten::expand", {x, shape});
}

at::Tensor tile(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    std::vector<int64_t> shape = shapeOf(x);
    std::vector<int64_t> repeats(shape.size(), 1);
    if (node.opset() < 6) {
        repeats.at(static_cast<size_t>(node.axis(node.constantInt(2), x.dim()))) = node.constantInt(1);
    } else {
        repeats = node.constantInts(1);
    }
    if (repeats.size() != shape.size()) {
        node.fail("it has " + std::to_string(repeats.size()) + " repeats for " +
                  std::to_string(shape.size()) + " axes");
    }
    for (size_t i = 0; i < shape.size(); ++i) {
        if (repeats[i] < 0 || __builtin_mul_overflow(shape[i], repeats[i], &shape[i])) {
            node.fail("it cannot repeat " + std::to_string(repeats[i]) + " times");
        }
    }
    node.checkSize(shape, Tracer::isActivation(x));
    return node.call("aten::repeat", {x, repeats});
}

at::Tensor concat(OnnxNode& node) {
    const std::vector<at::Tensor>& inputs = node.inputs();
    const int64_t axis = node.axis(node.integer("axis", node.opset() < 4 ? 1 : 0), inputs[0].dim());
    std::vector<int64_t> shape = shapeOf(inputs[0]);
    bool isActivation = Tracer::isActivation(inputs[0]);
    for (size_t i = 1; i < inputs.size(); ++i) {
        if (inputs[i].dim() != inputs[0].dim()) {
            node.fail("its inputs have " + std::to_string(inputs[0].dim()) + " and " +
                      std::to_string(inputs[i].dim()) + " dimensions");
        }
        shape[static_cast<size_t>(axis)] += inputs[i].size(axis);
        isActivation = isActivation || Tracer::isActivation(inputs[i]);
    }
    node.checkSize(shape, isActivation);
    return inputs.size() == 1 ? inputs[0] : node.call("aten::cat", {inputs, axis});
}

/// More than any network cuts a tensor into.
constexpr int64_t kMostParts = 1 << 16;

std::vector<at::Tensor> split(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t axis = node.axis(node.integer("axis", 0), x.dim());
    const int64_t extent = x.size(axis);
    auto sizes = node.intsOf("split", 1);
    if (!sizes) {
        const int64_t count = node.integer("num_outputs", static_cast<int64_t>(node.outputCount()));
        if (count < 1 || count > std::min(kMostParts, std::max<int64_t>(extent, 1))) {
            node.fail("it cannot make " + std::to_string(count) + " parts of " + std::to_string(extent));
        }
        const int64_t part = (extent + count - 1) / count;
        sizes.emplace();
        for (int64_t rest = extent; static_cast<int64_t>(sizes->size()) < count; rest -= part) {
            sizes->push_back(std::clamp<int64_t>(rest, 0, part));
        }
    }
    return node.callMany("aten::split_with_sizes", {x, *sizes, axis});
}

/// One axis of a Slice, in elements.
struct Range {
    int64_t begin;
    int64_t end;
    int64_t step;
};

/// Python's reading: negative numbers count from the end, what lies outside is cut off.
Range clipped(Range range, int64_t extent) {
    const auto place = [&](int64_t value, int64_t lowest, int64_t highest) {
        return std::clamp(value < 0 ? value + extent : value, lowest, highest);
    };
    if (range.step > 0) {
        return {place(range.begin, 0, extent), place(range.end, 0, extent), range.step};
    }
    return {place(range.begin, -1, extent - 1), place(range.end, -1, extent - 1), range.step};
}

at::Tensor sliceAxis(OnnxNode& node, at::Tensor x, int64_t axis, Range range) {
    const int64_t extent = x.size(axis);
    if (range.step == 0 || range.step == std::numeric_limits<int64_t>::min()) {
        node.fail("a step of " + std::to_string(range.step) + " is impossible");
    }
    range = clipped(range, extent);
    if (range.step < 0) {
        x = node.call("aten::flip", {x, std::vector<int64_t>{axis}});
        range = {extent - 1 - range.begin, extent - 1 - range.end, -range.step};
    }
    if (range.begin == 0 && range.end >= extent && range.step == 1) {
        return x;
    }
    return node.call("aten::slice.Tensor",
                     {x, axis, range.begin, std::max(range.begin, range.end), range.step});
}

at::Tensor slice(OnnxNode& node) {
    at::Tensor x = node.input(0);
    const auto starts = node.intsOf("starts", 1);
    const auto ends = node.intsOf("ends", 2);
    if (!starts || !ends) {
        node.fail("starts or ends are missing");
    }
    std::vector<int64_t> axes(starts->size());
    std::iota(axes.begin(), axes.end(), 0);
    axes = node.intsOf("axes", 3).value_or(axes);
    const std::vector<int64_t> steps =
        node.hasInput(4) ? node.constantInts(4) : std::vector<int64_t>(starts->size(), 1);
    if (ends->size() != starts->size() || axes.size() != starts->size() || steps.size() != starts->size()) {
        node.fail("starts, ends, axes and steps differ in length");
    }
    for (size_t i = 0; i < axes.size(); ++i) {
        x = sliceAxis(node, x, node.axis(axes[i], x.dim()), {(*starts)[i], (*ends)[i], steps[i]});
    }
    return x;
}

int64_t blockSize(const OnnxNode& node) {
    const int64_t block = node.integer("blocksize", 0);
    if (node.input(0).dim() != 4 || block < 1 || block > 1 << 15) {
        node.fail("its input or blocksize makes no sense");
    }
    return block;
}

at::Tensor depthToSpace(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t block = blockSize(node);
    if (x.size(1) % (block * block) != 0) {
        node.fail("its channels are no multiple of the block");
    }
    if (node.text("mode", "DCR") == "CRD") {
        return node.call("aten::pixel_shuffle", {x, block});
    }
    const int64_t channels = x.size(1) / (block * block);
    const std::vector<int64_t> parts{x.size(0), block, block, channels, x.size(2), x.size(3)};
    at::Tensor y = node.call("aten::reshape", {x, parts});
    y = node.call("aten::permute", {y, std::vector<int64_t>{0, 3, 4, 1, 5, 2}});
    return node.call("aten::reshape",
                     {y, std::vector<int64_t>{x.size(0), channels, x.size(2) * block, x.size(3) * block}});
}

at::Tensor spaceToDepth(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t block = blockSize(node);
    if (x.size(2) % block != 0 || x.size(3) % block != 0) {
        node.fail("its height or width is no multiple of the block");
    }
    const int64_t rows = x.size(2) / block;
    const int64_t columns = x.size(3) / block;
    at::Tensor y = node.call("aten::reshape",
                             {x, std::vector<int64_t>{x.size(0), x.size(1), rows, block, columns, block}});
    y = node.call("aten::permute", {y, std::vector<int64_t>{0, 3, 5, 1, 2, 4}});
    return node.call("aten::reshape",
                     {y, std::vector<int64_t>{x.size(0), x.size(1) * block * block, rows, columns}});
}

at::Tensor identity(OnnxNode& node) {
    return node.input(0);
}

/// Forwards its input; the mask, for those who read it, keeps everything. In training mode it drops nothing
/// only at a ratio of 0, which torchvision's Swin exports.
std::vector<at::Tensor> dropout(OnnxNode& node) {
    const bool trains = node.hasInput(2) && node.constantInt(2) != 0;
    if (trains && (!node.hasInput(1) || node.constantNumber(1) != 0)) {
        node.fail("it is in training mode: export the network with model.eval()");
    }
    const at::Tensor& x = node.input(0);
    if (!node.wantsOutput(1)) {
        return {x};
    }
    node.checkSize(x.sizes(), false);
    return {x, at::ones({}, at::kBool).expand(x.sizes())};
}

}  // namespace

void registerShapes(OnnxHandlers& handlers) {
    handlers.add("Shape", shape);
    handlers.add("Size", size);
    handlers.add("Reshape", reshape);
    handlers.add("Flatten", flatten);
    handlers.add("Squeeze", squeeze);
    handlers.add("Unsqueeze", unsqueeze);
    handlers.add("Transpose", transpose);
    handlers.add("Expand", expand);
    handlers.add("Tile", tile);
    handlers.add("Concat", concat);
    handlers.add("Split", split);
    handlers.add("Slice", slice);
    handlers.add("DepthToSpace", depthToSpace);
    handlers.add("SpaceToDepth", spaceToDepth);
    handlers.add("Identity", identity);
    handlers.add("Dropout", dropout);
}

}  // namespace qs
