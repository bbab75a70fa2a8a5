#include <algorithm>
#include <limits>

#include "graph/passes/even_windows.h"
#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

/// Spatial axes of images (2) or volumes (3); 0 for other tensors.
size_t axesOf(const Graph& graph, ValueId value) {
    const size_t rank = graph.value(value).shape.size();
    return rank == 4 || rank == 5 ? rank - 2 : 0;
}

/// By spatial axis, of a pad that adds as much before as behind; nothing for any other.
std::optional<std::vector<int64_t>> symmetricPads(const Node& pad, size_t axes) {
    std::vector<int64_t> pads = pad.attrs.ints("pads");
    for (size_t i = 2 * axes; i < pads.size(); ++i) {
        if (pads[i] != 0) {
            return std::nullopt;
        }
    }
    pads.resize(2 * axes);
    std::vector<int64_t> padding;
    for (size_t axis = axes; axis-- > 0;) {  // the last axis comes first
        if (pads[2 * axis] != pads[2 * axis + 1] || pads[2 * axis] < 0) {
            return std::nullopt;
        }
        padding.push_back(pads[2 * axis]);
    }
    return padding;
}

/// Whether each window lies in the pooled tensor itself.
bool isUnpadded(const Node& pool) {
    return std::ranges::all_of(pool.attrs.ints("padding"), [](int64_t padding) { return padding == 0; });
}

bool isAverage(const Node& node) {
    return node.op == "avg_pool2d" || node.op == "avg_pool3d";
}

/// Whether the op takes zeros around its input as padding: an average pool must count them, and no window of
/// it may lie in them alone.
bool accepts(const Node& node, const std::vector<int64_t>& padding) {
    if (isConvolution(node)) {
        return node.op != "conv_transpose2d" && node.attrs.ints("padding").size() == padding.size();
    }
    if (!isAverage(node) || node.attrs.get<bool>("ceil_mode") || !isUnpadded(node)) {
        return false;
    }
    const auto kernel = node.attrs.ints("kernel");
    return std::ranges::equal(padding, kernel,
                              [](int64_t width, int64_t extent) { return 2 * width <= extent; });
}

/// Widths (before and after the last axis, then the one before it ...) of a pad of spatial axes with what no
/// maximum is.
std::optional<std::vector<int64_t>> maximumsPads(const Graph& graph, const Node& pad) {
    const std::vector<CarriedArgument> arguments = carriedArguments(pad);
    const size_t value = baseOp(pad) == "constant_pad_nd" ? 2 : 3;
    const bool isPad = baseOp(pad) == "constant_pad_nd" || baseOp(pad) == "pad";
    const size_t axes = isPad ? axesOf(graph, pad.inputs.at(0)) : 0;
    if (axes == 0 || arguments.size() <= value || !arguments[1].constant.isIntList() ||
        !arguments[value].constant.isDouble() ||
        arguments[value].constant.toDouble() > std::numeric_limits<float>::lowest()) {
        return std::nullopt;
    }
    const bool isConstant =
        value == 2 || (arguments[2].constant.isString() && arguments[2].constant.toStringRef() == "constant");
    std::vector<int64_t> pads = arguments[1].constant.toIntVector();
    pads.resize(std::max(pads.size(), 2 * axes), 0);
    const bool isSpatial = std::all_of(pads.begin() + static_cast<std::ptrdiff_t>(2 * axes), pads.end(),
                                       [](int64_t width) { return width == 0; });
    return isConstant && isSpatial ? std::optional(pads) : std::nullopt;
}

bool isPlainMaximum(const Node& node) {
    return (node.op == "max_pool2d" || node.op == "max_pool3d") && !node.attrs.get<bool>("ceil_mode") &&
           isUnpadded(node);
}

Attributes sliceOf(size_t axis, const EvenWindows& even) {
    Attributes attrs;
    attrs.set("dim", static_cast<int64_t>(axis));
    attrs.set("start", even.first);
    attrs.set("end", even.first + even.count);
    attrs.set("step", int64_t{1});
    return attrs;
}

/// The pool `id` of what `pad` makes reads what it pads instead: its windows are those of a pool with even
/// padding, or some of them.
void mergeIntoMaximum(Graph& graph, NodeId id, const Node& pad, const std::vector<int64_t>& pads) {
    const ValueId x = pad.inputs.at(0);
    const auto extentsOf = [&](const char* name) { return graph.node(id).attrs.ints(name); };
    std::vector<EvenWindows> windows;
    const size_t axes = axesOf(graph, x);
    for (size_t axis = 0; axis < axes; ++axis) {
        const auto even = evenWindows({.extent = graph.value(x).shape.at(2 + axis),
                                       .kernel = extentsOf("kernel").at(axis),
                                       .stride = extentsOf("stride").at(axis),
                                       .dilation = extentsOf("dilation").at(axis),
                                       .before = pads.at(2 * (axes - axis) - 2),
                                       .after = pads.at(2 * (axes - axis) - 1)});
        if (!even) {
            return;
        }
        windows.push_back(*even);
    }
    const Node& pool = graph.node(id);
    const std::string poolOp = pool.op;
    Attributes attrs = pool.attrs;
    std::vector<int64_t> padding;
    for (const EvenWindows& even : windows) {
        padding.push_back(even.padding);
    }
    attrs.set("padding", padding);
    attrs.set("ceil_mode", true);
    // Each step but the last stands before `id`, which makes the value that others read.
    std::vector<Attributes> steps{attrs};
    std::vector<Shape> shapes{graph.value(pool.outputs.at(0)).shape};
    for (size_t axis = 0; axis < axes; ++axis) {
        const EvenWindows& even = windows[axis];
        if (even.count < even.all) {
            shapes.push_back(shapes[0]);
            for (size_t before = 0; before + 1 < shapes.size(); ++before) {
                shapes[before].at(2 + axis) = even.all;
            }
            steps.push_back(sliceOf(axis + 2, even));
        }
    }
    NodeId last = id;
    ValueId value = x;
    for (size_t i = 0; i < steps.size(); ++i) {
        const std::string op = i == 0 ? poolOp : "slice";
        if (i + 1 == steps.size()) {
            fuseInto(graph, last, {}, op, steps[i], {value});
            break;
        }
        const std::string scope = graph.node(last).scope;
        const NodeId step = graph.insertBefore(last, op, "", steps[i], {value}, {""});
        last = NodeId{step.index + 1};
        graph.node(step).scope = scope;
        value = graph.node(step).outputs.at(0);
        graph.value(value).shape = shapes[i];
    }
}

}  // namespace

void mergePadding(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const NodeId id = graph.nodes()[i].id;
        const Node& node = graph.node(id);
        const Node* pad = node.inputs.empty() ? nullptr : soleProducer(graph, node.inputs[0]);
        if (const auto pads = pad && isPlainMaximum(node) ? maximumsPads(graph, *pad) : std::nullopt) {
            mergeIntoMaximum(graph, id, *pad, *pads);
            continue;
        }
        const size_t axes = pad && pad->op == "pad" ? axesOf(graph, pad->inputs[0]) : 0;
        const auto pads = axes > 0 ? symmetricPads(*pad, axes) : std::nullopt;
        if (!pads || !accepts(node, *pads)) {
            continue;
        }
        std::vector<int64_t> padding = node.attrs.ints("padding");
        for (size_t axis = 0; axis < axes; ++axis) {
            padding.at(axis) += pads->at(axis);
        }
        graph.setInput(id, 0, pad->inputs[0]);
        Node& merged = graph.node(id);
        merged.attrs.set("padding", padding);
        if (isAverage(merged)) {
            merged.attrs.set("count_include_pad", true);
        }
    }
}

}  // namespace qs
