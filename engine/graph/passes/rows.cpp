#include <algorithm>
#include <map>
#include <set>

#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

using Ints = std::vector<int64_t>;

constexpr size_t kRowRank = 3;  ///< [N, C, L]
constexpr int64_t kRowAxis = 2;

Ints intsOf(const CarriedArgument& argument) {
    if (argument.constant.isInt()) {
        return {argument.constant.toInt()};
    }
    return argument.constant.isIntList() ? argument.constant.toIntVector() : Ints();
}

/// (h, w) of a window along the row; nothing where the argument is not one number.
std::optional<Ints> alongRow(const CarriedArgument& argument, int64_t height) {
    const Ints list = intsOf(argument);
    return list.size() == 1 ? std::optional(Ints{height, list[0]}) : std::nullopt;
}

bool isTrue(const CarriedArgument& argument) {
    return argument.constant.isBool() && argument.constant.toBool();
}

std::string parentOf(const std::string& scope) {
    const size_t dot = scope.rfind('.');
    return dot == std::string::npos ? "" : scope.substr(0, dot);
}

constexpr int64_t kNoAxis = -1;

/// Which axis of a node's results follows the network's batch, where axis `from` of what it reads does.
int64_t batchAxisOf(const Graph& graph, const Node& node, int64_t from) {
    const auto rank = std::ssize(graph.value(node.inputs[0]).shape);
    if (node.op == "permute") {
        const Ints dims = node.attrs.ints("dims");
        return std::ranges::find(dims, from) - dims.begin();
    }
    if (node.op == "reshape") {
        const Ints shape = node.attrs.ints("shape");
        const auto left = std::ranges::find(shape, -1);
        return left == shape.end() ? kNoAxis : left - shape.begin();
    }
    if (node.op == "flatten") {
        const auto fromFront = [&](const char* name) {
            const auto dim = node.attrs.get<int64_t>(name);
            return dim < 0 ? dim + rank : dim;
        };
        const int64_t start = fromFront("start_dim"), end = fromFront("end_dim");
        return from < start ? from : std::max(start, from - (end - start));
    }
    if (node.op == "expand") {
        return from + std::ssize(node.attrs.ints("shape")) - rank;
    }
    if (node.op == "select") {
        const auto dim = node.attrs.get<int64_t>("dim");
        return dim == from ? kNoAxis : from - (dim < from ? 1 : 0);
    }
    if (node.op == "mean" && !node.attrs.get<bool>("keepdim")) {
        return from - std::ranges::count_if(node.attrs.ints("dims"), [&](int64_t dim) { return dim < from; });
    }
    return from;
}

/// Values in which another axis than the first one follows the network's batch.
std::set<int32_t> movedBatches(const Graph& graph) {
    std::map<int32_t, int64_t> axes;
    for (const ValueId input : graph.inputs()) {
        axes[input.index] = 0;
    }
    std::set<int32_t> moved;
    for (const Node& node : graph.nodes()) {
        const auto known =
            std::ranges::find_if(node.inputs, [&](ValueId input) { return axes.contains(input.index); });
        int64_t axis = known == node.inputs.end() ? kNoAxis : axes.at(known->index);
        if (node.op == "expand_batch") {
            axis = node.attrs.get<int64_t>("dim");
        } else if (axis != kNoAxis) {
            axis = batchAxisOf(graph, node, axis);
        }
        for (const ValueId output : node.outputs) {
            if (axis != kNoAxis) {
                axes[output.index] = axis;
            }
            if (axis > 0) {
                moved.insert(output.index);
            }
        }
    }
    return moved;
}

/// Positions of a convolution's arguments; output padding 0: not transposed.
struct ConvolutionArguments {
    size_t stride, padding, dilation, groups, outputPadding;
};

class RowsAsImages {
  public:
    explicit RowsAsImages(Graph& graph) : graph_(graph), moved_(movedBatches(graph)) {}

    void run() {
        for (size_t i = 0; i < graph_.nodes().size(); ++i) {
            const NodeId id = graph_.nodes()[i].id;
            if (!openWindow(id)) {
                carryOn(id);
            }
        }
    }

  private:
    // ---- rows and images

    bool isRow(ValueId value) const {
        return value.valid() && graph_.value(value).shape.size() == kRowRank &&
               !graph_.value(value).constant && !moved_.contains(value.index);
    }

    bool hasImage(ValueId value) const { return images_.contains(value.index); }

    /// The row, whose first axis is the batch, as an image of height 1, made in front of `reader` where there
    /// is none yet. Ids of `reader` and what follows may grow by one.
    ValueId imageOf(ValueId row, NodeId& reader) {
        if (const auto found = images_.find(row.index); found != images_.end()) {
            return found->second;
        }
        const ValueId image = reshaped(
            graph_.insertBefore(reader, "reshape", "", {}, {row}, {""}), reader,
            {graph_.value(row).shape[0], graph_.value(row).shape[1], 1, graph_.value(row).shape[kRowAxis]});
        ++reader.index;
        images_[row.index] = image;
        return image;
    }

    /// What a new reshape, of the module around `layer`, gives. Its batch is whatever is left.
    ValueId reshaped(NodeId reshape, NodeId layer, const Shape& shape) {
        Ints wanted = shape;
        wanted[0] = -1;
        Node& node = graph_.node(reshape);
        node.attrs.set("shape", wanted);
        const NodeId moved = layer < reshape ? layer : NodeId{layer.index + 1};
        node.scope = parentOf(graph_.node(moved).scope);
        graph_.value(node.outputs[0]).shape = shape;
        return node.outputs[0];
    }

    /// Output `index` of the node, declared as a row, is an image from now on; its readers get it as a row.
    void giveImage(NodeId id, size_t index) {
        const ValueId image = graph_.node(id).outputs.at(index);
        const Shape row = graph_.value(image).shape;
        graph_.value(image).shape = {row[0], row[1], 1, row[kRowAxis]};
        const NodeId back = graph_.insertBehind(id, "reshape", "", {}, {image}, {""});
        const ValueId rowValue = reshaped(back, id, row);
        graph_.replaceUses(image, rowValue);
        graph_.setInputs(back, {image});
        images_[rowValue.index] = image;
    }

    // ---- windows along rows

    bool openWindow(NodeId id) {
        const auto arguments = carriedArguments(graph_.node(id));
        if (arguments.empty() || !isRow(arguments[0].value) || graph_.node(id).outputs.size() != 1 ||
            !isRow(graph_.node(id).outputs[0])) {
            return false;
        }
        const std::string_view op = baseOp(graph_.node(id));
        if (op == "conv1d" || op == "_convolution_mode") {
            return openConvolution(id, arguments, {3, 4, 5, 6, 0});
        }
        if (op == "conv_transpose1d" && arguments.size() > 7) {
            return openConvolution(id, arguments, {3, 4, 7, 6, 5});
        }
        if (op == "_convolution" && arguments.size() > 8) {
            const size_t outputPadding = isTrue(arguments[6]) ? 7 : 0;
            return openConvolution(id, arguments, {3, 4, 5, 8, outputPadding});
        }
        return openPool(id, op, arguments);
    }

    bool openConvolution(NodeId id, const std::vector<CarriedArgument>& arguments,
                         const ConvolutionArguments& at) {
        const at::Tensor weight =
            arguments.size() > at.groups ? floatConstant(graph_, arguments[1]) : at::Tensor();
        const auto stride = alongRow(arguments.at(at.stride), 1);
        const auto dilation = alongRow(arguments.at(at.dilation), 1);
        const auto padding = paddingOf(arguments.at(at.padding), weight, dilation);
        const at::Tensor bias = floatConstant(graph_, arguments[2]);
        const bool hasNoBias = !arguments[2].value.valid() && arguments[2].constant.isNone();
        if (!weight.defined() || weight.dim() != kRowAxis + 1 || !stride || !padding || !dilation ||
            (!bias.defined() && !hasNoBias)) {
            return false;
        }
        Attributes attrs;
        attrs.set("stride", *stride);
        attrs.set("padding", *padding);
        attrs.set("dilation", *dilation);
        attrs.set("groups", arguments[at.groups].constant.toInt());
        if (at.outputPadding > 0) {
            const auto outputPadding = alongRow(arguments[at.outputPadding], 0);
            if (!outputPadding) {
                return false;
            }
            attrs.set("output_padding", *outputPadding);
        }
        NodeId layer = id;
        std::vector<ValueId> inputs{imageOf(arguments[0].value, layer),
                                    graph_.addConstant("", weight.unsqueeze(kRowAxis))};
        if (bias.defined()) {
            inputs.push_back(graph_.addConstant("", bias));
        }
        fuseInto(graph_, layer, {}, at.outputPadding > 0 ? "conv_transpose2d" : "conv2d", std::move(attrs),
                 std::move(inputs));
        giveImage(layer, 0);
        return true;
    }

    /// Numbers, "valid" or "same"; nothing for a "same" that would pad one side more than the other.
    static std::optional<Ints> paddingOf(const CarriedArgument& argument, const at::Tensor& weight,
                                         const std::optional<Ints>& dilation) {
        if (!argument.constant.isString()) {
            return alongRow(argument, 0);
        }
        if (!weight.defined() || !dilation) {
            return std::nullopt;
        }
        const bool isSame = argument.constant.toStringRef() == "same";
        const int64_t total = isSame ? dilation->at(1) * (weight.size(-1) - 1) : 0;
        return total % 2 == 0 ? std::optional(Ints{0, total / 2}) : std::nullopt;
    }

    bool openPool(NodeId id, std::string_view op, const std::vector<CarriedArgument>& arguments) {
        Attributes attrs;
        std::string pool;
        if (op == "max_pool1d" && arguments.size() == 6) {
            pool = "max_pool2d";
            attrs.set("ceil_mode", isTrue(arguments[5]));
            if (!setWindow(attrs, arguments, {"kernel", "stride", "padding", "dilation"})) {
                return false;
            }
        } else if (op == "avg_pool1d" && arguments.size() == 6) {
            pool = "avg_pool2d";
            attrs.set("ceil_mode", isTrue(arguments[4]));
            attrs.set("count_include_pad", isTrue(arguments[5]));
            if (!setWindow(attrs, arguments, {"kernel", "stride", "padding"})) {
                return false;
            }
        } else if (op == "adaptive_avg_pool1d" && arguments.size() == 2) {
            pool = "adaptive_avg_pool2d";
            const auto size = alongRow(arguments[1], 1);
            if (!size) {
                return false;
            }
            attrs.set("output_size", *size);
        } else if (op == "upsample_nearest1d" && arguments.size() == 3) {
            pool = "upsample_nearest2d";
            setResampling(attrs, id, arguments[2]);
        } else if (op == "upsample_linear1d" && arguments.size() == 4) {
            pool = "upsample_bilinear2d";
            attrs.set("align_corners", isTrue(arguments[2]));
            setResampling(attrs, id, arguments[3]);
        } else {
            return false;
        }
        NodeId layer = id;
        std::vector<ValueId> inputs{imageOf(arguments[0].value, layer)};
        fuseInto(graph_, layer, {}, std::move(pool), std::move(attrs), std::move(inputs));
        giveImage(layer, 0);
        return true;
    }

    /// The size that the node gives, and the scale where the argument is one.
    void setResampling(Attributes& attrs, NodeId id, const CarriedArgument& scale) const {
        attrs.set("output_size", Ints{1, graph_.value(graph_.node(id).outputs[0]).shape[kRowAxis]});
        const bool isList = scale.constant.isDoubleList() && scale.constant.toDoubleVector().size() == 1;
        if (isList || scale.constant.isDouble()) {
            const double factor = isList ? scale.constant.toDoubleVector()[0] : scale.constant.toDouble();
            attrs.set("scales", std::vector<double>{1.0, factor});
        }
    }

    /// One attribute a name, from argument 1 on. No stride means the kernel.
    static bool setWindow(Attributes& attrs, const std::vector<CarriedArgument>& arguments,
                          std::initializer_list<const char*> names) {
        size_t position = 1;
        for (const std::string name : names) {
            const bool isKernel = name == "stride" && intsOf(arguments[position]).empty();
            const auto window = alongRow(arguments[isKernel ? 1 : position], name == "padding" ? 0 : 1);
            if (!window) {
                return false;
            }
            attrs.set(name, *window);
            ++position;
        }
        return true;
    }

    // ---- what stands between them

    /// Where all activations that the node reads have images, and it computes the same on those, it reads
    /// them.
    void carryOn(NodeId id) {
        static const std::set<std::string, std::less<>> kElementwise = {
            "batch_norm", "clip",  "elu",  "gelu",    "hard_sigmoid", "hard_swish",
            "leaky_relu", "prelu", "relu", "sigmoid", "silu",         "tanh"};
        const Node& node = graph_.node(id);
        if (node.inputs.empty() || !hasImage(node.inputs[0])) {
            return;
        }
        if (kElementwise.contains(node.op)) {
            return readImages(id, node.attrs);
        }
        if (node.op == "add" || node.op == "mul") {
            return carryBinary(id);
        }
        if (node.op == "mean") {
            return carryMean(id);
        }
        if (node.op == "flatten") {
            return carryFlatten(id);
        }
        Attributes attrs = node.attrs;
        if (node.op == "pad") {
            Ints pads = attrs.ints("pads");
            pads.insert(pads.begin() + std::min<std::ptrdiff_t>(2, std::ssize(pads)), {0, 0});
            attrs.set("pads", pads);
            readImages(id, attrs);
        } else if (node.op == "cat" || node.op == "slice" || node.op == "split") {
            const auto dim = attrs.get<int64_t>("dim");
            attrs.set("dim", dim < 0 || dim == kRowAxis ? dim + (dim < 0 ? 0 : 1) : dim);
            if (dim == -1 || dim >= 0) {
                readImages(id, attrs);
            }
        }
    }

    /// All inputs that are rows become images, and so do the outputs.
    void readImages(NodeId id, const Attributes& attrs) {
        const std::vector<ValueId> rows = graph_.node(id).inputs;
        std::vector<ValueId> inputs;
        for (const ValueId row : rows) {
            if (!graph_.value(row).constant && !hasImage(row)) {
                return;
            }
            inputs.push_back(graph_.value(row).constant ? row : images_.at(row.index));
        }
        graph_.node(id).attrs = attrs;
        graph_.setInputs(id, std::move(inputs));
        for (size_t i = 0; i < graph_.node(id).outputs.size(); ++i) {
            giveImage(id, i);
        }
    }

    void carryBinary(NodeId id) {
        const Node& node = graph_.node(id);
        const std::vector<ValueId> rows = node.inputs;
        std::vector<ValueId> inputs;
        for (const ValueId row : rows) {
            const auto& constant = graph_.value(row).constant;
            if (!constant && !hasImage(row)) {
                return;
            }
            inputs.push_back(!constant             ? images_.at(row.index)
                             : constant->dim() < 2 ? row
                                                   : graph_.addConstant("", constant->unsqueeze(-2)));
        }
        graph_.setInputs(id, std::move(inputs));
        giveImage(id, 0);
    }

    /// The mean of each row.
    void carryMean(NodeId id) {
        Attributes attrs = graph_.node(id).attrs;
        if (attrs.ints("dims") != Ints{kRowAxis}) {
            return;
        }
        attrs.set("dims", Ints{kRowAxis, kRowAxis + 1});
        if (attrs.get<bool>("keepdim")) {
            return readImages(id, attrs);
        }
        graph_.node(id).attrs = attrs;
        graph_.setInputs(id, {images_.at(graph_.node(id).inputs[0].index)});
    }

    /// All of a sample in one axis.
    void carryFlatten(NodeId id) {
        const Node& node = graph_.node(id);
        const auto end = node.attrs.get<int64_t>("end_dim");
        if (node.attrs.get<int64_t>("start_dim") == 1 && (end == -1 || end == kRowAxis)) {
            graph_.node(id).attrs.set("end_dim", int64_t{-1});
            graph_.setInputs(id, {images_.at(node.inputs[0].index)});
        }
    }

    Graph& graph_;
    std::set<int32_t> moved_;            ///< rows whose first axis is not the batch
    std::map<int32_t, ValueId> images_;  ///< by the row's value
};

}  // namespace

void openRows(Graph& graph) {
    RowsAsImages(graph).run();
}

}  // namespace qs
