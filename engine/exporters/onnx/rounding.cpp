// Real numbers rounded to a grid that no integer operator takes.

#include <onnx/onnx_pb.h>

#include <limits>
#include <numeric>

#include "exporters/onnx/step.h"
#include "ops/fake_quantize.h"

namespace qs {

namespace {

/// x rounded to a narrower float and widened again. Runtimes may take the two casts out.
OnnxResult throughFloat(const OnnxStep& step, int64_t type) {
    const std::string narrow = step.side("Cast", {step.tensor(0)}, OnnxAttributes().add("to", type));
    return step.side("Cast", {narrow}, OnnxAttributes().add("to", int64_t{onnx::TensorProto::FLOAT}));
}

/// s * clip(round(x / s), low - z, high - z) in elementary operators, which every opset has.
OnnxResult inArithmetic(const OnnxStep& step, const QParams& grid) {
    const auto zero = static_cast<double>(grid.zeroPoint.at(0));
    const std::string steps =
        step.side("Round", {step.side("Div", {step.tensor(0), step.scalar(grid.scale.at(0))})});
    const std::string inside =
        step.side("Clip", {steps, step.scalar(static_cast<double>(grid.quantMin) - zero),
                           step.scalar(static_cast<double>(grid.quantMax) - zero)});
    return step.side("Mul", {inside, step.scalar(grid.scale.at(0))});
}

OnnxResult emit(const OnnxStep& step) {
    const QParams grid = gridOf(step.attrs());
    const std::string type(toString(grid.dtype));
    switch (grid.dtype) {
        case DType::Float16:
            return throughFloat(step, onnx::TensorProto::FLOAT16);
        case DType::BFloat16:
            return throughFloat(step, onnx::TensorProto::BFLOAT16);
        case DType::Binary: {
            const std::string sign = step.side("Where", {step.side("Less", {step.tensor(0), step.scalar(0)}),
                                                         step.scalar(-1), step.scalar(1)});
            return step.side("Mul", {sign, step.scalar(grid.scale.at(0))});
        }
        default:
            break;
    }
    const auto element = elementFor(grid.dtype, step.opset());
    const bool isWhole = !infoOf(grid.dtype).isInteger || (grid.quantMin == infoOf(grid.dtype).least &&
                                                           grid.quantMax == infoOf(grid.dtype).greatest);
    if (element && element->dtype == grid.dtype && isWhole) {
        return step.values().round(step.node().layer, step.tensor(0), grid, element);
    }
    if (!infoOf(grid.dtype).isInteger) {
        const auto younger = elementFor(grid.dtype, kNewestOnnxOpset);
        return failure("layer " + step.node().layer + ": its activations are " + type +
                       ", for which this target has no operators; choose another dtype for it" +
                       (younger ? " or opset " + std::to_string(younger->firstOpset) : ""));
    }
    if (infoOf(grid.dtype).fitsByte()) {
        return step.values().round(step.node().layer, step.tensor(0), grid);
    }
    step.builder().addNote("layer " + step.node().layer + ": its activations are rounded to " + type +
                           " in float arithmetic, not held as such" +
                           (!element && isWhole ? "; opset 21 has " + type : ""));
    return inArithmetic(step, grid);
}

/// The grid that covers the tensor, in elementary operators: DynamicQuantizeLinear has uint8 alone.
OnnxResult emitDynamic(const OnnxStep& step) {
    const GridKind kind = gridKindOf(step.attrs());
    if (!infoOf(kind.dtype).isInteger || kind.dtype == DType::Binary) {
        return failure("layer " + step.node().layer + ": its activations are " +
                       std::string(toString(kind.dtype)) +
                       ", for which this target has no operators; choose another dtype for it");
    }
    const std::string x = step.tensor(0);
    std::vector<int64_t> axes(step.rank());
    std::iota(axes.begin(), axes.end(), int64_t{0});
    const std::string low =
        step.side("Min", {step.reduce("ReduceMin", x, axes, true, false), step.scalar(0)});
    const std::string high =
        step.side("Max", {step.reduce("ReduceMax", x, axes, true, false), step.scalar(0)});
    const bool isSymmetric = kind.scheme == Scheme::Symmetric;
    const auto range = static_cast<double>(kind.quantMax - kind.quantMin);
    const std::string width =
        isSymmetric ? step.side("Mul", {step.side("Max", {high, step.side("Neg", {low})}), step.scalar(2)})
                    : step.side("Sub", {high, low});
    const std::string scale =
        step.side("Max", {step.side("Div", {width, step.scalar(range)}),
                          step.scalar(static_cast<double>(std::numeric_limits<float>::min()))});
    const std::string steps = step.side("Round", {step.side("Div", {x, scale})});
    if (isSymmetric) {
        const double zero =
            kind.quantMin >= 0 ? static_cast<double>((kind.quantMin + kind.quantMax + 1) / 2) : 0;
        const std::string inside =
            step.side("Clip", {steps, step.scalar(static_cast<double>(kind.quantMin) - zero),
                               step.scalar(static_cast<double>(kind.quantMax) - zero)});
        return step.side("Mul", {inside, scale});
    }
    // q - z lies between round(low / s) and that and the whole range.
    const std::string least = step.side("Round", {step.side("Div", {low, scale})});
    const std::string inside =
        step.side("Min", {step.side("Max", {steps, least}), step.side("Add", {least, step.scalar(range)})});
    return step.side("Mul", {inside, scale});
}

}  // namespace

void register_rounding(OnnxForms& forms) {
    forms.add("dynamic_fake_quantize", single(emitDynamic));
    forms.add("fake_quantize", single(emit));
}

}  // namespace qs
