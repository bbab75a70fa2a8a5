#include "exporters/onnx/free_axes.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "exporters/operands.h"

namespace qs {

namespace {

using Axes = std::set<size_t>;

/// One step, and which axes of its inputs the free extent is or determines.
struct Reached {
    const QuantizedGraph& graph;
    const QNode& node;
    std::vector<Axes> inputs;

    const Shape& shape(size_t i = 0) const { return graph.value(node.inputs.at(i)).shape; }
    const Shape& outputShape() const { return graph.value(node.outputs.at(0)).shape; }
    size_t rank(size_t i = 0) const { return shape(i).size(); }
    size_t fromFront(int64_t axis) const {
        return static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(rank()) : axis);
    }
    Axes list(const char* name) const {
        Axes axes;
        for (const int64_t axis : node.attrs.ints(name)) {
            axes.insert(fromFront(axis));
        }
        return axes;
    }
};

/// The axes of a step's outputs that the extent determines; nothing where the step has it as a number.
using Rule = std::function<std::optional<Axes>(const Reached&)>;

bool all(const Axes& axes, const std::function<bool(size_t)>& holds) {
    return std::all_of(axes.begin(), axes.end(), holds);
}

std::optional<Axes> sameAxes(const Reached& step) {
    return step.inputs.at(0);
}

/// Axes counted from behind, because extents meet so; where one operand varies, none may have a number other
/// than one.
std::optional<Axes> broadcast(const Reached& step) {
    const size_t rank = step.outputShape().size();
    Axes result;
    for (size_t i = 0; i < step.inputs.size(); ++i) {
        for (const size_t axis : step.inputs[i]) {
            result.insert(axis + rank - step.rank(i));
        }
    }
    const auto fits = [&](const Shape& shape, const Axes* own) {
        return all(result, [&](size_t axis) {
            const size_t missing = rank - shape.size();
            return axis < missing || (own && own->contains(axis - missing)) || shape.at(axis - missing) == 1;
        });
    };
    for (size_t i = 0; i < step.inputs.size(); ++i) {
        if (!fits(step.shape(i), &step.inputs[i])) {
            return std::nullopt;
        }
    }
    for (const at::Tensor& constant : step.node.constants) {
        if (!fits(constant.sizes().vec(), nullptr)) {
            return std::nullopt;
        }
    }
    return result;
}

/// Axes behind the channels.
std::optional<Axes> spatial(const Reached& step) {
    return all(step.inputs.at(0), [](size_t axis) { return axis >= 2; }) ? sameAxes(step) : std::nullopt;
}

std::optional<Axes> convolution(const Reached& step) {
    const auto axes = spatial(step);
    return step.node.hasAdd && axes != step.inputs.at(1) ? std::nullopt : axes;
}

std::optional<Axes> window(const Reached& step) {
    return step.node.attrs.get<bool>("ceil_mode") ? std::nullopt : spatial(step);
}

std::optional<Axes> adaptive(const Reached& step) {
    const std::vector<int64_t> size = step.node.attrs.ints("output_size");
    const bool global = std::all_of(size.begin(), size.end(), [](int64_t extent) { return extent == 1; });
    return global && spatial(step) ? std::optional(Axes{}) : std::nullopt;
}

std::optional<Axes> resized(const Reached& step) {
    return scalesGive(step.shape(), step.node.attrs.get<std::vector<double>>("scales"),
                      step.node.attrs.ints("output_size"))
               ? spatial(step)
               : std::nullopt;
}

/// All axes but the last `count`.
std::optional<Axes> before(const Reached& step, size_t count) {
    return all(step.inputs.at(0), [&](size_t axis) { return axis + count < step.rank(); }) ? sameAxes(step)
                                                                                           : std::nullopt;
}

std::optional<Axes> matrixProduct(const Reached& step) {
    if (step.inputs.size() != 2 || step.rank(0) < 2 || step.rank(0) != step.rank(1)) {
        return std::nullopt;
    }
    const size_t row = step.rank() - 2, column = row + 1;
    if (step.inputs[0].contains(column) != step.inputs[1].contains(row)) {
        return std::nullopt;
    }
    Axes result;
    for (const size_t axis : step.inputs[0]) {
        if (axis < row && !step.inputs[1].contains(axis)) {
            return std::nullopt;
        }
        if (axis != column) {
            result.insert(axis);
        }
    }
    for (const size_t axis : step.inputs[1]) {
        if (axis < row && !step.inputs[0].contains(axis)) {
            return std::nullopt;
        }
        if (axis != row) {
            result.insert(axis);
        }
    }
    return result;
}

/// `axes` without those in `gone`, which later ones move up for.
Axes without(const Axes& axes, const Axes& gone) {
    Axes result;
    for (const size_t axis : axes) {
        if (!gone.contains(axis)) {
            const auto before = std::count_if(gone.begin(), gone.end(), [&](size_t g) { return g < axis; });
            result.insert(axis - static_cast<size_t>(before));
        }
    }
    return result;
}

std::optional<Axes> mean(const Reached& step) {
    const Axes gone = step.list("dims");
    if (!step.node.attrs.get<bool>("keepdim")) {
        return without(step.inputs.at(0), gone);
    }
    Axes result = step.inputs.at(0);
    for (const size_t axis : gone) {
        result.erase(axis);
    }
    return result;
}

std::optional<Axes> selected(const Reached& step) {
    return without(step.inputs.at(0), {step.fromFront(step.node.attrs.get<int64_t>("dim"))});
}

/// Every axis but the one that the step cuts.
std::optional<Axes> notAlong(const Reached& step, const Axes& cut) {
    return all(step.inputs.at(0), [&](size_t axis) { return !cut.contains(axis); }) ? sameAxes(step)
                                                                                    : std::nullopt;
}

std::optional<Axes> concatenated(const Reached& step) {
    const size_t dim = step.fromFront(step.node.attrs.get<int64_t>("dim"));
    Axes result;
    for (const Axes& axes : step.inputs) {
        result.insert(axes.begin(), axes.end());
    }
    const bool fits = std::all_of(step.inputs.begin(), step.inputs.end(), [&](const Axes& axes) {
        return all(result, [&](size_t axis) { return axis == dim || axes.contains(axis); });
    });
    const bool onlyDim = all(result, [&](size_t axis) { return axis == dim; });
    return fits && (step.node.constants.empty() || onlyDim) ? std::optional(result) : std::nullopt;
}

/// Extents before the flattened ones are copied, and theirs is worked out; those behind are numbers.
std::optional<Axes> flattened(const Reached& step) {
    const size_t start = step.fromFront(step.node.attrs.get<int64_t>("start_dim")),
                 end = step.fromFront(step.node.attrs.get<int64_t>("end_dim"));
    Axes result;
    for (const size_t axis : step.inputs.at(0)) {
        if (axis > end) {
            return std::nullopt;
        }
        result.insert(std::min(axis, start));
    }
    return result;
}

std::optional<Axes> permuted(const Reached& step) {
    const std::vector<int64_t> dims = step.node.attrs.ints("dims");
    Axes result;
    for (size_t i = 0; i < dims.size(); ++i) {
        if (step.inputs.at(0).contains(step.fromFront(dims[i]))) {
            result.insert(i);
        }
    }
    return result;
}

std::optional<Axes> expanded(const Reached& step) {
    const std::vector<int64_t> shape = step.node.attrs.ints("shape");
    const bool same = shape.size() == step.rank();
    return same && all(step.inputs.at(0), [&](size_t axis) { return shape[axis] == -1; }) ? sameAxes(step)
                                                                                          : std::nullopt;
}

Rule cutting(const char* attribute) {
    return [attribute](const Reached& step) {
        return notAlong(step, {step.fromFront(step.node.attrs.get<int64_t>(attribute))});
    };
}

const std::map<std::string, Rule>& rules() {
    static const std::map<std::string, Rule> all = [] {
        std::map<std::string, Rule> rules{
            {"adaptive_avg_pool2d", adaptive},
            {"adaptive_avg_pool3d", adaptive},
            {"add", broadcast},
            {"avg_pool2d", window},
            {"avg_pool3d", window},
            {"batch_norm", spatial},
            {"cat", concatenated},
            {"conv2d", convolution},
            {"conv3d", convolution},
            {"conv_transpose2d", convolution},
            {"expand", expanded},
            {"flatten", flattened},
            {"layer_norm",
             [](const Reached& step) {
                 return before(step, step.node.attrs.ints("normalized_shape").size());
             }},
            {"linear", [](const Reached& step) { return before(step, 1); }},
            {"matmul", matrixProduct},
            {"max_pool2d", window},
            {"max_pool3d", window},
            {"mean", mean},
            {"mul", broadcast},
            {"permute", permuted},
            {"pixel_shuffle", spatial},
            {"prelu", spatial},
            {"roll", [](const Reached& step) { return notAlong(step, step.list("dims")); }},
            {"select", selected},
            {"slice", cutting("dim")},
            {"split", cutting("dim")},
            {"upsample_bilinear2d", resized},
            {"upsample_nearest2d", resized},
            {"aten::bmm", matrixProduct},
            {"aten::matmul", matrixProduct},
        };
        for (const char* op : {"clip",
                               "dequantize",
                               "dynamic_fake_quantize",
                               "fake_quantize",
                               "elu",
                               "gelu",
                               "hard_sigmoid",
                               "hard_swish",
                               "identity",
                               "leaky_relu",
                               "pad",
                               "quantize",
                               "relu",
                               "requantize",
                               "sigmoid",
                               "silu",
                               "softmax",
                               "tanh",
                               "aten::abs",
                               "aten::cos",
                               "aten::erf",
                               "aten::exp",
                               "aten::floor",
                               "aten::log",
                               "aten::mish",
                               "aten::neg",
                               "aten::relu",
                               "aten::round",
                               "aten::rsqrt",
                               "aten::sigmoid",
                               "aten::sin",
                               "aten::softplus",
                               "aten::sqrt",
                               "aten::square",
                               "aten::tanh",
                               "aten::to"}) {
            rules.emplace(op, sameAxes);
        }
        return rules;
    }();
    return all;
}

/// Axes that one free extent determines, by value.
struct Traced {
    std::vector<Axes> axes;
    std::string fixedBy;  ///< the layer that has it as a number, or empty
};

Traced trace(const QuantizedGraph& graph, ValueId input, size_t axis) {
    Traced traced{std::vector<Axes>(graph.values.size()), {}};
    const auto at = [&](ValueId id) -> Axes& { return traced.axes.at(static_cast<size_t>(id.index)); };
    at(input) = {axis};
    for (const QNode& node : graph.nodes) {
        Reached step{graph, node, {}};
        bool reached = false;
        for (const ValueId id : node.inputs) {
            step.inputs.push_back(at(id));
            reached = reached || !at(id).empty();
        }
        if (!reached) {
            continue;
        }
        const auto rule = rules().find(node.op);
        const auto result = rule == rules().end() ? std::nullopt : rule->second(step);
        if (!result) {
            traced.fixedBy = node.layer;
            return traced;
        }
        for (const ValueId output : node.outputs) {
            at(output) = *result;
        }
    }
    return traced;
}

}  // namespace

FreeAxes findFreeAxes(const QuantizedGraph& graph, const std::vector<Shape>& inputShapes) {
    FreeAxes free{std::vector<std::vector<std::string>>(graph.values.size())};
    for (const QValue& value : graph.values) {
        free.symbols.at(static_cast<size_t>(value.id.index)).resize(value.shape.size());
    }
    for (size_t i = 0; i < std::min(inputShapes.size(), graph.inputs.size()); ++i) {
        const std::string& name = graph.inputNames.at(i);
        for (size_t axis = 1; axis < inputShapes[i].size(); ++axis) {
            if (inputShapes[i][axis] >= 0 || axis >= graph.value(graph.inputs[i]).shape.size()) {
                continue;
            }
            const Traced traced = trace(graph, graph.inputs[i], axis);
            if (!traced.fixedBy.empty()) {
                free.notes.push_back("input " + name + ": axis " + std::to_string(axis) + " is written as " +
                                     std::to_string(graph.value(graph.inputs[i]).shape[axis]) +
                                     ", because layer " + traced.fixedBy + " has that extent as a number");
                continue;
            }
            free.any = true;
            for (size_t value = 0; value < traced.axes.size(); ++value) {
                for (const size_t reached : traced.axes[value]) {
                    free.symbols[value].at(reached) = name + "_axis" + std::to_string(axis);
                }
            }
        }
    }
    return free;
}

std::vector<size_t> batchAxes(const QuantizedGraph& graph) {
    std::vector<size_t> axes(graph.values.size(), 0);
    const auto at = [&](ValueId id) -> size_t& { return axes.at(static_cast<size_t>(id.index)); };
    for (const QNode& node : graph.nodes) {
        Reached step{graph, node, {}};
        for (const ValueId id : node.inputs) {
            step.inputs.push_back({at(id)});
        }
        std::optional<Axes> result;
        if (node.op == "reshape") {
            const std::vector<int64_t> shape = node.attrs.ints("shape");
            result = Axes{static_cast<size_t>(std::ranges::find(shape, -1) - shape.begin())};
        } else if (const auto rule = rules().find(node.op); rule != rules().end() && !node.inputs.empty()) {
            result = rule->second(step);
        }
        for (const ValueId output : node.outputs) {
            const bool known =
                result && result->size() == 1 && *result->begin() < graph.value(output).shape.size();
            at(output) = known ? *result->begin() : 0;
        }
    }
    return axes;
}

bool scalesGive(const Shape& in, const std::vector<double>& scales, const std::vector<int64_t>& size) {
    bool same = scales.size() == size.size() && in.size() == size.size() + 2;
    for (size_t d = 0; same && d < size.size(); ++d) {
        same = std::floor(static_cast<float>(in[d + 2]) * static_cast<float>(scales[d])) ==
               static_cast<float>(size[d]);
    }
    return same;
}

}  // namespace qs
