#include <algorithm>
#include <limits>

#include "graph/passes/even_windows.h"
#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

/// (h, w) of a pad that adds as much before as behind; nothing for any other.
std::optional<std::vector<int64_t>> symmetricPads(const Node& pad) {
    std::vector<int64_t> pads = pad.attrs.ints("pads");
    for (size_t i = 4; i < pads.size(); ++i) {
        if (pads[i] != 0) {
            return std::nullopt;
        }
    }
    pads.resize(4);
    if (pads[0] != pads[1] || pads[2] != pads[3] || pads[0] < 0 || pads[2] < 0) {
        return std::nullopt;
    }
    return std::vector<int64_t>{pads[2], pads[0]};
}

/// Whether the op takes zeros around its input as padding: an average pool must count them, and no window of
/// it may lie in them alone.
bool accepts(const Node& node, const std::vector<int64_t>& padding) {
    if (node.op == "conv2d") {
        return true;
    }
    if (node.op != "avg_pool2d" || node.attrs.get<bool>("ceil_mode") ||
        node.attrs.ints("padding") != std::vector<int64_t>{0, 0}) {
        return false;
    }
    const auto kernel = node.attrs.ints("kernel");
    return 2 * padding[0] <= kernel.at(0) && 2 * padding[1] <= kernel.at(1);
}

/// Widths (before and after the last axis, then the one before it) of a pad of images with what no maximum
/// is.
std::optional<std::vector<int64_t>> maximumsPads(const Graph& graph, const Node& pad) {
    const std::vector<CarriedArgument> arguments = carriedArguments(pad);
    const size_t value = baseOp(pad) == "constant_pad_nd" ? 2 : 3;
    const bool isPad = baseOp(pad) == "constant_pad_nd" || baseOp(pad) == "pad";
    if (!isPad || arguments.size() <= value || !arguments[1].constant.isIntList() ||
        !arguments[value].constant.isDouble() || graph.value(pad.inputs.at(0)).shape.size() != 4 ||
        arguments[value].constant.toDouble() > std::numeric_limits<float>::lowest()) {
        return std::nullopt;
    }
    const bool isConstant =
        value == 2 || (arguments[2].constant.isString() && arguments[2].constant.toStringRef() == "constant");
    std::vector<int64_t> pads = arguments[1].constant.toIntVector();
    pads.resize(std::max<size_t>(pads.size(), 4), 0);
    const bool isOfImages =
        std::all_of(pads.begin() + 4, pads.end(), [](int64_t width) { return width == 0; });
    return isConstant && isOfImages ? std::optional(pads) : std::nullopt;
}

bool isPlainMaximum(const Node& node) {
    return node.op == "max_pool2d" && !node.attrs.get<bool>("ceil_mode") &&
           node.attrs.ints("padding") == std::vector<int64_t>{0, 0};
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
    for (const size_t axis : {size_t{0}, size_t{1}}) {
        const auto even = evenWindows({.extent = graph.value(x).shape.at(2 + axis),
                                       .kernel = extentsOf("kernel").at(axis),
                                       .stride = extentsOf("stride").at(axis),
                                       .dilation = extentsOf("dilation").at(axis),
                                       .before = pads.at(2 - 2 * axis),
                                       .after = pads.at(3 - 2 * axis)});
        if (!even) {
            return;
        }
        windows.push_back(*even);
    }
    const Node& pool = graph.node(id);
    Attributes attrs = pool.attrs;
    attrs.set("padding", std::vector<int64_t>{windows[0].padding, windows[1].padding});
    attrs.set("ceil_mode", true);
    // Each step but the last stands before `id`, which makes the value that others read.
    std::vector<Attributes> steps{attrs};
    std::vector<Shape> shapes{graph.value(pool.outputs.at(0)).shape};
    for (const size_t axis : {size_t{0}, size_t{1}}) {
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
        const std::string op = i == 0 ? "max_pool2d" : "slice";
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
        const auto pads = pad && pad->op == "pad" && graph.value(pad->inputs[0]).shape.size() == 4
                              ? symmetricPads(*pad)
                              : std::nullopt;
        if (!pads || !accepts(node, *pads)) {
            continue;
        }
        std::vector<int64_t> padding = node.attrs.ints("padding");
        padding.at(0) += pads->at(0);
        padding.at(1) += pads->at(1);
        graph.setInput(id, 0, pad->inputs[0]);
        Node& merged = graph.node(id);
        merged.attrs.set("padding", padding);
        if (merged.op == "avg_pool2d") {
            merged.attrs.set("count_include_pad", true);
        }
    }
}

}  // namespace qs
