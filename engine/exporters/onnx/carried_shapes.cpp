// Carried operators whose values move and do not change.

#include <algorithm>
#include <limits>

#include "exporters/onnx/pads.h"
#include "exporters/onnx/step.h"

namespace qs {

namespace {

/// One output an index of the axis.
OnnxResults emitUnbind(const OnnxStep& step) {
    const auto axis = step.axisArgument(1);
    if (!axis) {
        return step.noForm();
    }
    std::vector<std::string> results;
    for (const std::string& piece : step.split(*axis, step.node().outputs.size())) {
        results.push_back(step.side("Squeeze", {piece, step.integers({*axis})}));
    }
    return results;
}

/// Tensors along a new axis.
OnnxResult emitStack(const OnnxStep& step) {
    const CarriedArguments& arguments = step.arguments();
    const auto dim = arguments.integer(1);
    if (!arguments.isList(0) || !dim) {
        return step.noForm();
    }
    const int64_t axis = *dim < 0 ? *dim + static_cast<int64_t>(step.rank()) + 1 : *dim;
    std::vector<std::string> tensors;
    for (const size_t operand : arguments.operands(0)) {
        tensors.push_back(step.side("Unsqueeze", {step.tensor(operand), step.integers({axis})}));
    }
    return step.main("Concat", tensors, OnnxAttributes().add("axis", axis));
}

OnnxResult emitCarriedCat(const OnnxStep& step) {
    const auto axis = step.axisArgument(1);
    if (!step.arguments().isList(0) || !axis) {
        return step.noForm();
    }
    std::vector<std::string> tensors;
    for (const size_t operand : step.arguments().operands(0)) {
        tensors.push_back(step.tensor(operand));
    }
    return step.main("Concat", tensors, OnnxAttributes().add("axis", *axis));
}

OnnxResult emitFlip(const OnnxStep& step) {
    const auto dims = step.arguments().ints(1);
    if (!dims) {
        return step.noForm();
    }
    std::vector<int64_t> axes;
    for (const int64_t dim : *dims) {
        axes.push_back(step.fromFront(dim));
    }
    const std::vector<int64_t> last(axes.size(), -1), first(axes.size(), std::numeric_limits<int64_t>::min());
    return step.main("Slice", {step.tensor(0), step.integers(last), step.integers(first), step.integers(axes),
                               step.integers(last)});
}

/// Repeats of each axis, of new ones in front too.
OnnxResult emitRepeat(const OnnxStep& step) {
    const auto repeats = step.arguments().ints(1);
    if (!repeats || repeats->size() < step.rank()) {
        return step.noForm();
    }
    std::string x = step.tensor(0);
    if (const size_t added = repeats->size() - step.rank(); added > 0) {
        std::vector<int64_t> axes;
        for (size_t i = 0; i < added; ++i) {
            axes.push_back(static_cast<int64_t>(i));
        }
        x = step.side("Unsqueeze", {x, step.integers(axes)});
    }
    return step.main("Tile", {x, step.integers(*repeats)});
}

/// x, repeats, dim: each element several times in a row.
OnnxResult emitRepeatInterleave(const OnnxStep& step) {
    const auto repeats = step.arguments().integer(1);
    const auto axis = step.axisArgument(2);
    if (!repeats || !axis) {
        return step.noForm();
    }
    const auto at = static_cast<size_t>(*axis);
    const std::string apart = step.side("Unsqueeze", {step.tensor(0), step.integers({*axis + 1})});
    std::vector<int64_t> times(step.rank() + 1, 1);
    times.at(at + 1) = *repeats;
    std::vector<int64_t> shape = step.output().shape;
    std::fill(shape.begin(), shape.begin() + *axis, 0);  // as it is
    shape.at(at) = -1;
    return step.side("Reshape", {step.main("Tile", {apart, step.integers(times)}), step.integers(shape)});
}

/// diagonal: the upper or the lower part of matrices.
OnnxForm triangle(bool isUpper) {
    return single([isUpper](const OnnxStep& step) -> OnnxResult {
        constexpr int isOperator = 14;
        const auto diagonal = step.arguments().integer(1);
        if (!diagonal || step.opset() < isOperator) {
            return step.noForm();
        }
        return step.main("Trilu", {step.tensor(0), step.scalar(static_cast<double>(*diagonal), at::kLong)},
                         OnnxAttributes().add("upper", int64_t{isUpper}));
    });
}

OnnxForm padding(const std::string& mode) {
    return single([mode](const OnnxStep& step) -> OnnxResult {
        const auto pads = step.arguments().ints(1);
        if (!pads) {
            return step.noForm();
        }
        std::vector<std::string> inputs{step.tensor(0), step.integers(onnxPads(step, *pads))};
        if (mode == "constant") {
            inputs.push_back(step.scalar(step.arguments().number(2).value_or(0), step.dtype(0)));
        }
        return step.main("Pad", inputs, OnnxAttributes().add("mode", mode));
    });
}

/// pads, mode, value.
OnnxResults emitCarriedPad(const OnnxStep& step) {
    const std::string mode = step.arguments().text(2).value_or("constant");
    if (mode == "constant") {
        const auto pads = step.arguments().ints(1);
        if (!pads) {
            return step.noForm();
        }
        return std::vector<std::string>{
            step.main("Pad", {step.tensor(0), step.integers(onnxPads(step, *pads)),
                              step.scalar(step.arguments().number(3).value_or(0), step.dtype(0))})};
    }
    if (mode == "reflect" || mode == "replicate") {
        return padding(mode == "reflect" ? "reflect" : "edge")(step);
    }
    return step.noForm("aten::pad with mode " + mode);
}

/// The result's shape, with one -1 for its first extent: that is where the batch is.
OnnxResult emitCarriedReshape(const OnnxStep& step) {
    Shape shape = step.output().shape;
    if (shape.empty()) {
        return step.noForm();
    }
    shape[0] = -1;
    return step.main("Reshape", {step.tensor(0), step.integers(shape)});
}

}  // namespace

void register_carried_shapes(OnnxForms& forms) {
    forms.add("aten::cat", single(emitCarriedCat));
    forms.add("aten::constant_pad_nd", padding("constant"));
    forms.add("aten::flip", single(emitFlip));
    forms.add("aten::pad", emitCarriedPad);
    forms.add("aten::repeat", single(emitRepeat));
    forms.add("aten::repeat_interleave", single(emitRepeatInterleave));
    forms.add("aten::stack", single(emitStack));
    forms.add("aten::tile", single(emitRepeat));
    forms.add("aten::tril", triangle(/*isUpper=*/false));
    forms.add("aten::triu", triangle(/*isUpper=*/true));
    forms.add("aten::unbind", emitUnbind);
    for (const char* op : {"aten::reshape", "aten::squeeze", "aten::unsqueeze", "aten::view"}) {
        forms.add(op, single(emitCarriedReshape));
    }
    for (const char* op : {"aten::reflection_pad1d", "aten::reflection_pad2d", "aten::reflection_pad3d"}) {
        forms.add(op, padding("reflect"));
    }
    for (const char* op : {"aten::replication_pad1d", "aten::replication_pad2d", "aten::replication_pad3d"}) {
        forms.add(op, padding("edge"));
    }
}

}  // namespace qs
