#include <algorithm>
#include <limits>

#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// y = min(max(x, low), high).
struct Clip {
    ValueId x;
    double low = -kInfinity;
    double high = kInfinity;
};

/// A number, or a constant of one element; `absent` for None. Nothing for anything else.
std::optional<double> boundOf(const Graph& graph, const CarriedArgument& argument, double absent) {
    if (argument.value.valid()) {
        const auto& constant = graph.value(argument.value).constant;
        return constant && constant->numel() == 1 ? std::optional(constant->item<double>()) : std::nullopt;
    }
    if (argument.constant.isNone()) {
        return absent;
    }
    return argument.constant.isScalar() ? std::optional(argument.constant.toScalar().to<double>())
                                        : std::nullopt;
}

/// clamp(x, low, high), either of them None.
std::optional<Clip> clampOf(const Graph& graph, std::span<const CarriedArgument> arguments) {
    if (arguments.size() < 2 || arguments.size() > 3) {
        return std::nullopt;
    }
    const auto low = boundOf(graph, arguments[1], -kInfinity);
    const auto high = arguments.size() > 2 ? boundOf(graph, arguments[2], kInfinity) : kInfinity;
    return low && high ? std::optional(Clip{arguments[0].value, *low, *high}) : std::nullopt;
}

/// max(x, c) and min(x, c), whose constant may come first.
std::optional<Clip> limitOf(const Graph& graph, std::span<const CarriedArgument> arguments, bool isLower) {
    for (size_t x = 0; x < 2 && arguments.size() == 2; ++x) {
        const CarriedArgument& constant = arguments[1 - x];
        const bool isTensor = constant.value.valid() || (x == 0 && constant.constant.isDouble());
        const auto bound = isTensor ? boundOf(graph, constant, 0) : std::nullopt;
        if (bound && arguments[x].value.valid()) {
            return isLower ? Clip{arguments[x].value, *bound} : Clip{arguments[x].value, -kInfinity, *bound};
        }
    }
    return std::nullopt;
}

std::optional<Clip> clipOf(const Graph& graph, const Node& node) {
    if (node.op == "relu") {
        return Clip{node.inputs.at(0), 0, kInfinity};
    }
    if (node.op == "clip") {
        return Clip{node.inputs.at(0), node.attrs.get<double>("min"), node.attrs.get<double>("max")};
    }
    std::string_view op = baseOp(node);
    if (op.ends_with("_")) {
        op.remove_suffix(1);
    }
    const std::vector<CarriedArgument> arguments = carriedArguments(node);
    if (op == "clamp") {
        return clampOf(graph, arguments);
    }
    if (op == "clamp_min" || op == "maximum" || op == "max") {
        return limitOf(graph, arguments, /*isLower=*/true);
    }
    if (op == "clamp_max" || op == "minimum" || op == "min") {
        return limitOf(graph, arguments, /*isLower=*/false);
    }
    return std::nullopt;
}

/// Whether the node does no more than clip a tensor of real numbers, at a number above or below.
bool isPlain(const Graph& graph, const Node& node, const Clip& clip) {
    const Value& x = graph.value(clip.x);
    return node.outputs.size() == 1 && !x.constant && x.dtype == at::kFloat &&
           graph.value(node.outputs[0]).dtype == at::kFloat &&
           graph.value(node.outputs[0]).shape == x.shape && clip.low < kInfinity && clip.high > -kInfinity &&
           (clip.low > -kInfinity || clip.high < kInfinity);
}

}  // namespace

void openClips(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const NodeId id = graph.nodes()[i].id;
        std::optional<Clip> clip = clipOf(graph, graph.node(id));
        if (!clip || !isPlain(graph, graph.node(id), *clip)) {
            continue;
        }
        clip->low = std::min(clip->low, clip->high);  // bounds that cross: all values are the upper one
        std::vector<NodeId> members{id};
        const Node* before = soleProducer(graph, clip->x);
        const bool follows = before && (before->op == "relu" || before->op == "clip");
        if (const auto inner = follows ? clipOf(graph, *before) : std::nullopt) {
            const auto within = [&](double bound) {
                return std::min(std::max(bound, clip->low), clip->high);
            };
            clip = Clip{inner->x, within(inner->low), within(inner->high)};
            members.push_back(before->id);
        } else if (!graph.node(id).op.starts_with("aten::")) {
            continue;
        }
        const bool isRelu = clip->low == 0 && clip->high == kInfinity;
        Attributes attrs;
        if (!isRelu) {
            attrs.set("min", clip->low);
            attrs.set("max", clip->high);
        }
        fuseInto(graph, id, members, isRelu ? "relu" : "clip", std::move(attrs), {clip->x});
    }
}

}  // namespace qs
