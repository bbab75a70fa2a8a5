// Carried operators that read or write elements by their indices.

#include <ATen/ops/broadcast_tensors.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <numeric>

#include "exporters/onnx/step.h"

namespace qs {

namespace {

constexpr int kFirstReducingOpset = 16;  // of ScatterElements and ScatterND: add and mul
constexpr int kFirstExtremeOpset = 18;   // ... max and min

/// dim, indices: rows of an axis.
OnnxResult emitIndexSelect(const OnnxStep& step) {
    const auto axis = step.axisArgument(1);
    if (!axis || !step.arguments().isTensor(2)) {
        return step.noForm();
    }
    return step.main("Gather", {step.tensor(0), step.tensor(step.arguments().operand(2))},
                     OnnxAttributes().add("axis", *axis));
}

/// dim, indices of the result's shape.
OnnxResult emitGather(const OnnxStep& step) {
    const auto axis = step.axisArgument(1);
    if (!axis || !step.arguments().isTensor(2)) {
        return step.noForm();
    }
    return step.main("GatherElements", {step.tensor(0), step.tensor(step.arguments().operand(2))},
                     OnnxAttributes().add("axis", *axis));
}

/// weight [rows, width], indices.
OnnxResult emitEmbedding(const OnnxStep& step) {
    return step.main("Gather", {step.tensor(0), step.tensor(1)}, OnnxAttributes().add("axis", int64_t{0}));
}

/// Where an index tensor stands for each axis of x that has one, in order.
struct Indices {
    std::vector<int64_t> axes;
    std::vector<at::Tensor> tensors;
};

void append(Indices& indices, int64_t& axis, const at::Tensor& tensor) {
    if (!tensor.defined()) {
        ++axis;
        return;
    }
    const bool isMask = tensor.scalar_type() == at::kBool || tensor.scalar_type() == at::kByte;
    const std::vector<at::Tensor> places =
        isMask ? tensor.nonzero().unbind(1) : std::vector<at::Tensor>{tensor};
    for (const at::Tensor& place : places) {
        indices.axes.push_back(axis++);
        indices.tensors.push_back(place.to(at::kLong));
    }
}

/// Argument 1: constant tensors and Nones, one an axis; nothing where one depends on the data.
std::optional<Indices> indicesOf(const OnnxStep& step) {
    const CarriedArguments& arguments = step.arguments();
    Indices indices;
    int64_t axis = 0;
    if (arguments.isList(1)) {
        for (const size_t operand : arguments.operands(1)) {
            if (!step.operand(operand).isConstant()) {
                return std::nullopt;
            }
            append(indices, axis, step.operand(operand).constant);
        }
    } else if (arguments.isConstant(1) && arguments.constant(1).isList()) {
        for (const c10::IValue& item : arguments.constant(1).toListRef()) {
            append(indices, axis, item.isTensor() ? item.toTensor() : at::Tensor());
        }
    }
    return indices.axes.empty() ? std::nullopt : std::optional(std::move(indices));
}

/// [..., one index an indexed axis].
at::Tensor stacked(const Indices& indices) {
    return at::stack(at::broadcast_tensors(indices.tensors), -1);
}

std::string transposed(const OnnxStep& step, const std::string& x, const std::vector<int64_t>& order) {
    return std::is_sorted(order.begin(), order.end())
               ? x
               : step.side("Transpose", {x}, OnnxAttributes().add("perm", order));
}

/// Elements of several axes at once. The indexed axes come first for GatherND; their place in the result is
/// that of the first one where they are neighbours, else in front.
std::string gatherSeveral(const OnnxStep& step, const Indices& indices) {
    const auto rank = static_cast<int64_t>(step.rank());
    std::vector<int64_t> order = indices.axes;
    for (int64_t axis = 0; axis < rank; ++axis) {
        if (std::ranges::find(indices.axes, axis) == indices.axes.end()) {
            order.push_back(axis);
        }
    }
    const at::Tensor places = stacked(indices);
    const std::string found =
        step.main("GatherND", {transposed(step, step.tensor(0), order), step.constant("indices", places)});
    const int64_t first = indices.axes.front();
    const bool areNeighbours = indices.axes.back() - first + 1 == static_cast<int64_t>(indices.axes.size());
    std::vector<int64_t> back(static_cast<size_t>(places.dim() - 1 + rank) - indices.axes.size());
    std::iota(back.begin(), back.end(), 0);
    if (areNeighbours) {
        std::rotate(back.begin(), back.begin() + (places.dim() - 1),
                    back.begin() + (places.dim() - 1) + first);
    }
    return transposed(step, found, back);
}

OnnxResult emitIndex(const OnnxStep& step) {
    const CarriedArguments& arguments = step.arguments();
    if (arguments.isList(1) && arguments.operands(1).size() == 1 &&
        !step.operand(arguments.operand(1)).isConstant()) {
        const size_t indices = arguments.operand(1);
        return step.dtype(indices) == at::kLong
                   ? OnnxResult(step.main("Gather", {step.tensor(0), step.tensor(indices)},
                                          OnnxAttributes().add("axis", int64_t{0})))
                   : OnnxResult(step.noForm());
    }
    const auto indices = indicesOf(step);
    if (!indices) {
        return step.noForm();
    }
    if (indices->axes.size() == 1) {
        return step.main("Gather", {step.tensor(0), step.constant("indices", indices->tensors[0])},
                         OnnxAttributes().add("axis", indices->axes[0]));
    }
    return gatherSeveral(step, *indices);
}

/// The attribute that says what happens to elements that are there already.
std::optional<OnnxAttributes> reduction(const OnnxStep& step, const std::string& kind) {
    const int since = kind == "none"                   ? 0
                      : kind == "max" || kind == "min" ? kFirstExtremeOpset
                                                       : kFirstReducingOpset;
    if (step.opset() < since) {
        return std::nullopt;
    }
    return kind == "none" ? OnnxAttributes() : OnnxAttributes().add("reduction", kind);
}

/// indices, values, accumulate: of the first axes.
OnnxResult emitIndexPut(const OnnxStep& step) {
    const CarriedArguments& arguments = step.arguments();
    const auto indices = indicesOf(step);
    const auto attributes = reduction(step, arguments.boolean(3).value_or(false) ? "add" : "none");
    const bool areFirst = indices && indices->axes.back() + 1 == static_cast<int64_t>(indices->axes.size());
    if (!areFirst || !attributes || !arguments.isTensor(2)) {
        return step.noForm();
    }
    const at::Tensor places = stacked(*indices);
    Shape shape = places.sizes().slice(0, static_cast<size_t>(places.dim() - 1)).vec();
    const Shape x = step.shape(0);
    shape.insert(shape.end(), x.begin() + static_cast<std::ptrdiff_t>(indices->axes.size()), x.end());
    const size_t values = arguments.operand(2);
    std::string updates = step.tensor(values);
    if (step.shape(values) != shape) {
        updates = step.side("Expand", {updates, step.integers(shape)});
    }
    return step.main("ScatterND", {step.tensor(0), step.constant("indices", places), updates}, *attributes);
}

/// dim, indices, source: a tensor whose elements are meant by the indices' own places, or a number.
OnnxResult scatter(const OnnxStep& step, const std::string& kind) {
    const CarriedArguments& arguments = step.arguments();
    const auto axis = step.axisArgument(1);
    auto attributes = reduction(step, kind);
    if (!axis || !attributes || !arguments.isTensor(2)) {
        return step.noForm();
    }
    const size_t indices = arguments.operand(2);
    std::string source;
    if (arguments.isTensor(3) && step.shape(arguments.operand(3)) == step.shape(indices)) {
        source = step.tensor(arguments.operand(3));
    } else if (const auto number = arguments.number(3)) {
        source = step.side("Expand",
                           {step.scalar(*number, step.dtype(0)), step.side("Shape", {step.tensor(indices)})});
    } else {
        return step.noForm();
    }
    return step.main("ScatterElements", {step.tensor(0), step.tensor(indices), source},
                     attributes->add("axis", *axis));
}

/// dim, indices, source [, reduce].
OnnxResult emitScatter(const OnnxStep& step) {
    const auto kind = step.arguments().text(4);
    return scatter(step, !kind ? "none" : *kind == "multiply" ? "mul" : *kind);
}

/// dim, indices, source, reduce, include_self.
OnnxResult emitScatterReduce(const OnnxStep& step) {
    const std::string kind = step.arguments().text(4).value_or("");
    const std::pair<const char*, const char*> kinds[] = {
        {"sum", "add"}, {"prod", "mul"}, {"amax", "max"}, {"amin", "min"}};
    const auto* found = std::ranges::find(kinds, kind, [](const auto& one) { return one.first; });
    return found == std::end(kinds) || !step.arguments().boolean(5).value_or(true)
               ? OnnxResult(step.noForm())
               : scatter(step, found->second);
}

}  // namespace

void register_indexing(OnnxForms& forms) {
    forms.add("aten::embedding", single(emitEmbedding));
    forms.add("aten::gather", single(emitGather));
    forms.add("aten::index", single(emitIndex));
    forms.add("aten::index_put", single(emitIndexPut));
    forms.add("aten::index_select", single(emitIndexSelect));
    forms.add("aten::scatter", single(emitScatter));
    forms.add("aten::scatter_add",
              single([](const OnnxStep& step) -> OnnxResult { return scatter(step, "add"); }));
    forms.add("aten::scatter_reduce", single(emitScatterReduce));
}

}  // namespace qs
