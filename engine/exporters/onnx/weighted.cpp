// Convolutions and linear layers: with weights of their own, and (carried) with weights that are tensors.

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <tuple>

#include "exporters/onnx/free_axes.h"
#include "exporters/onnx/step.h"
#include "ops/integer_bias.h"
#include "ops/quantize.h"

namespace qs {

namespace {

constexpr int kFirstBlockOpset = 21;  // of DequantizeLinear with a scale a group

at::Tensor toTensor(const std::vector<double>& values, bool scalar) {
    return scalar ? at::scalar_tensor(values.at(0), at::kFloat) : at::tensor(values, at::kFloat);
}

std::string quantizedBias(const OnnxStep& step) {
    const QNode& node = step.node();
    const QParams& input = *step.graph().value(node.inputs.at(0)).qparams;
    std::vector<double> scale;
    for (size_t o = 0; o < node.weightQParams->scale.size(); ++o) {
        scale.push_back(accumulatorScale(node, input, static_cast<int64_t>(o)));
    }
    const std::string name = node.layer + ".bias";
    const at::Tensor integers = integerBias(node, input);
    if (!step.profile().integerBias) {
        const at::Tensor real = integers.to(at::kDouble) * at::tensor(scale, at::kDouble);
        return step.builder().addInitializer(name, real.to(at::kFloat));
    }
    return step.values().constant(name, integers, toTensor(scale, !node.weightQParams->perChannel()), 0);
}

std::string biasTensor(const OnnxStep& step) {
    const QNode& node = step.node();
    return node.weightInt ? quantizedBias(step)
                          : step.builder().addInitializer(node.layer + ".bias", *node.bias);
}

/// Activations are not rounded in the file: ONNX has no such op, and a pair of casts runtimes take out.
at::Tensor roundedToBFloat16(const OnnxStep& step, const at::Tensor& weight) {
    step.builder().addNote("layer " + step.node().layer +
                           ": its weights are rounded to bfloat16, its activations are float32");
    return weight.to(at::kBFloat16).to(at::kFloat);
}

/// Where a DequantizeLinear makes the weights, what holds their numbers; else empty.
std::optional<OnnxElement> elementOf(const OnnxStep& step, const QParams& grid) {
    const bool isPlain = infoOf(grid.dtype).isInteger && grid.group == 0 &&
                         std::ranges::all_of(grid.zeroPoint, [](int64_t zero) { return zero == 0; });
    // A QuantizeLinear that makes them of real numbers is written for bytes.
    const bool areReals = step.profile().weights == OnnxProfile::Weights::Reals;
    const bool needsPlain = step.profile().symmetric || areReals;
    const bool hasGroups = step.opset() >= kFirstBlockOpset;
    return (needsPlain && !isPlain) || (grid.group > 0 && !hasGroups)
               ? std::nullopt
               : elementFor(grid.dtype, areReals ? kOldestOnnxOpset : step.opset());
}

/// What the file holds otherwise than the qconfig says, and which opset would mend that.
void noteWeights(const OnnxStep& step, const QParams& grid, const std::optional<OnnxElement>& element) {
    const std::string type(toString(grid.dtype));
    const bool isWider = element && element->dtype != grid.dtype;
    if (element && !isWider) {
        return;
    }
    const auto best = elementFor(grid.dtype, kNewestOnnxOpset);
    const int opset = std::max(best ? best->firstOpset : 0, grid.group > 0 ? kFirstBlockOpset : 0);
    const bool isYounger = opset > step.opset() && !step.profile().symmetric;
    step.builder().addNote(
        "layer " + step.node().layer +
        (isWider ? ": its " + type + " weights are written as " + std::string(toString(element->dtype)) +
                       ", with the same values"
                 : ": its weights lie on the " + type + " grid of its qconfig and are written as float32") +
        (isYounger ? "; opset " + std::to_string(opset) + " has " +
                         (grid.group > 0 ? "groups" : std::string(toString(best->dtype)))
                   : ""));
}

/// The numbers that stand for the weight on its grid; see packed().
at::Tensor numbersOf(const QNode& node, const QParams& grid) {
    if (node.weightInt) {
        return *node.weightInt;
    }
    if (infoOf(grid.dtype).isInteger) {
        return quantize(*node.weight, grid);
    }
    Shape rows(static_cast<size_t>(node.weight->dim()), 1);
    const at::Tensor scale = at::tensor(grid.scale, at::kFloat);
    if (grid.group > 0) {
        const at::Tensor all = scale.reshape({node.weight->size(0), -1}).repeat_interleave(grid.group, 1);
        return roundToFloat(
            *node.weight /
                all.slice(1, 0, node.weight->numel() / node.weight->size(0)).reshape(node.weight->sizes()),
            grid.dtype);
    }
    if (grid.perChannel()) {
        rows.at(static_cast<size_t>(grid.axis)) = scale.numel();
    }
    return roundToFloat(*node.weight / scale.reshape(rows), grid.dtype);
}

/// The weight; `transposed` swaps the extents of a linear layer's [O, I].
std::string weightTensor(const OnnxStep& step, bool transposed = false) {
    const QNode& node = step.node();
    const std::string name = node.layer + ".weight";
    const auto& grid = node.weightQParams ? node.weightQParams : node.weightGrid;
    const auto element = grid ? elementOf(step, *grid) : std::nullopt;
    if (grid) {
        noteWeights(step, *grid, element);
    }
    if (!element) {
        const at::Tensor real = transposed ? node.weight->t() : *node.weight;
        return step.builder().addInitializer(
            name, node.compute == Compute::BFloat16 ? roundedToBFloat16(step, real) : real);
    }
    const at::Tensor numbers = numbersOf(node, *grid);
    if (step.profile().weights == OnnxProfile::Weights::Integers) {
        return step.values().weights(name, numbers, *element, *grid, transposed);
    }
    return step.values().quantizedConstant(name, transposed ? numbers.t() : numbers,
                                           toTensor(grid->scale, !grid->perChannel()),
                                           transposed ? 1 - grid->axis : grid->axis);
}

/// What ONNX takes for padding that is the same before and behind each axis.
std::vector<int64_t> bothEnds(const std::vector<int64_t>& padding) {
    std::vector<int64_t> pads = padding;
    pads.insert(pads.end(), padding.begin(), padding.end());
    return pads;
}

/// Where the network rounds before a residual add and the runtime would rather not, or the other way round:
/// the file does as the network does.
void noteRounding(const OnnxStep& step) {
    const OnnxProfile& profile = step.profile();
    const bool rounds = step.node().preAdd.has_value();
    if (!step.isInteger() || profile.roundsBeforeAdd.value_or(rounds) == rounds) {
        return;
    }
    step.builder().addNote(
        "layer " + step.node().layer +
        (rounds ? ": rounding before the residual add keeps " + profile.runtime + " from fusing the two"
                : ": without rounding before the residual add, " + profile.runtime +
                      " computes the two in float") +
        "; quantize with preset " + profile.preset);
}

/// The residual that is added to `product`, where there is one.
std::string addResidual(const OnnxStep& step, const std::string& product) {
    const QNode& node = step.node();
    if (!node.hasAdd) {
        return product;
    }
    noteRounding(step);
    const std::string addend = node.preAdd ? step.values().round(node.layer, product, *node.preAdd) : product;
    return step.side("Add", {addend, step.values().real(node.inputs.at(1))});
}

OnnxResult emitConvolution(const OnnxStep& step) {
    const QNode& node = step.node();
    const bool transposed = node.op == "conv_transpose2d";
    std::vector<std::string> inputs{step.values().real(node.inputs.at(0)), weightTensor(step)};
    if (node.bias) {
        inputs.push_back(biasTensor(step));
    }
    OnnxAttributes attributes;
    attributes.add("kernel_shape", node.weight->sizes().slice(2).vec())
        .add("strides", node.attrs.ints("stride"))
        .add("pads", bothEnds(node.attrs.ints("padding")))
        .add("dilations", node.attrs.ints("dilation"))
        .add("group", node.attrs.get<int64_t>("groups", 1));
    if (transposed) {
        attributes.add("output_padding", node.attrs.ints("output_padding"));
    }
    return addResidual(step, step.main(transposed ? "ConvTranspose" : "Conv", inputs, attributes));
}

/// x [N, I].
std::string gemm(const OnnxStep& step, const std::string& x) {
    std::vector<std::string> inputs{x, weightTensor(step)};
    if (step.node().bias) {
        inputs.push_back(biasTensor(step));
    }
    return step.main("Gemm", inputs, OnnxAttributes().add("transB", int64_t{1}));
}

/// x [..., I] as the rows of one matrix, and back. ONNX Runtime has no integer kernel that adds the bias to a
/// product of higher rank.
std::string gemmOfRows(const OnnxStep& step, const std::string& x, const Shape& shape) {
    const QParams& input = *step.graph().value(step.node().inputs.at(0)).qparams;
    QParams whole = input;
    std::tie(whole.quantMin, whole.quantMax) = std::pair(typeRange(input).low, typeRange(input).high);
    const std::string rows = step.values().round(
        step.node().layer, step.side("Reshape", {x, step.integers({-1, shape.back()})}), whole);
    Shape back = shape;
    back.at(batchAxes(step.graph()).at(static_cast<size_t>(step.node().inputs.at(0).index))) = -1;
    back.back() = step.node().weight->size(0);
    return step.side("Reshape", {step.between(gemm(step, rows)), step.integers(back)});
}

/// Gemm for N x I, which runtimes have an integer kernel with bias for; MatMul and Add for other ranks.
OnnxResult emitLinear(const OnnxStep& step) {
    const QNode& node = step.node();
    const std::string x = step.values().real(node.inputs.at(0));
    const Shape& shape = step.graph().value(node.inputs.at(0)).shape;
    if (shape.size() == 2) {
        return addResidual(step, gemm(step, x));
    }
    if (step.isInteger() && step.profile().fusesEachNode && node.bias && !node.hasAdd && shape.size() > 2 &&
        !step.values().keepsExtentsFree()) {
        return gemmOfRows(step, x, shape);
    }
    const std::string product = step.main("MatMul", {x, weightTensor(step, /*transposed=*/true)});
    return addResidual(step, node.bias ? step.side("Add", {product, biasTensor(step)}) : product);
}

/// Positions of a carried convolution's arguments; 0: it has no such argument.
struct Positions {
    size_t stride, padding, dilation, groups, transposed = 0, outputPadding = 0;
    bool alwaysTransposed = false;
};

/// A list of one number for each axis of the kernel.
std::optional<std::vector<int64_t>> perAxis(const OnnxStep& step, size_t argument, size_t axes) {
    auto list = step.arguments().ints(argument);
    return list && list->size() == 1 ? std::vector<int64_t>(axes, list->front()) : list;
}

/// ONNX's pads: the same before and behind each axis, or as the words "valid" and "same" have it.
std::optional<std::vector<int64_t>> padsOf(const OnnxStep& step, size_t argument,
                                           const std::vector<int64_t>& dilation) {
    const auto word = step.arguments().text(argument);
    if (!word) {
        const auto padding = perAxis(step, argument, dilation.size());
        return padding ? std::optional(bothEnds(*padding)) : std::nullopt;
    }
    std::vector<int64_t> pads(2 * dilation.size(), 0);
    const Shape weight = step.shape(step.arguments().operand(1));
    for (size_t d = 0; *word == "same" && d < dilation.size(); ++d) {
        const int64_t all = dilation[d] * (weight.at(d + 2) - 1);
        pads[d] = all / 2;
        pads[dilation.size() + d] = all - all / 2;
    }
    return pads;
}

OnnxForm carriedConvolution(const Positions& at) {
    return single([at](const OnnxStep& step) -> OnnxResult {
        const CarriedArguments& arguments = step.arguments();
        const size_t axes = step.rank(arguments.operand(1)) - 2;
        const auto stride = perAxis(step, at.stride, axes), dilation = perAxis(step, at.dilation, axes);
        const auto groups = arguments.integer(at.groups);
        const auto pads = dilation ? padsOf(step, at.padding, *dilation) : std::nullopt;
        if (!stride || !pads || !groups || step.rank() != axes + 2) {
            return step.noForm();
        }
        const bool transposed =
            at.alwaysTransposed || (at.transposed > 0 && arguments.boolean(at.transposed).value_or(false));
        std::vector<std::string> inputs{step.tensor(arguments.operand(0)), step.tensor(arguments.operand(1))};
        if (arguments.isTensor(2)) {
            inputs.push_back(step.tensor(arguments.operand(2)));
        }
        OnnxAttributes attributes;
        attributes.add("strides", *stride)
            .add("pads", *pads)
            .add("dilations", *dilation)
            .add("group", *groups);
        if (const auto output = perAxis(step, at.outputPadding, axes); transposed && output) {
            attributes.add("output_padding", *output);
        }
        return step.main(transposed ? "ConvTranspose" : "Conv", inputs, attributes);
    });
}

/// x [..., I], weight [O, I], optional bias.
OnnxResult emitCarriedLinear(const OnnxStep& step) {
    const CarriedArguments& arguments = step.arguments();
    const size_t weight = arguments.operand(1);
    if (step.rank(weight) != 2) {
        return step.noForm();
    }
    const Operand& operand = step.operand(weight);
    const std::string turned =
        operand.isConstant()
            ? step.builder().addInitializer(step.node().layer + "." + operand.name, operand.constant.t())
            : step.side("Transpose", {step.tensor(weight)},
                        OnnxAttributes().add("perm", std::vector<int64_t>{1, 0}));
    const std::string product = step.main("MatMul", {step.tensor(arguments.operand(0)), turned});
    return arguments.isTensor(2) ? step.side("Add", {product, step.tensor(arguments.operand(2))}) : product;
}

}  // namespace

void register_weighted(OnnxForms& forms) {
    for (const char* op : {"conv2d", "conv3d", "conv_transpose2d"}) {
        forms.add(op, single(emitConvolution));
    }
    forms.add("linear", single(emitLinear));

    const Positions plain{.stride = 3, .padding = 4, .dilation = 5, .groups = 6};
    const Positions general{
        .stride = 3, .padding = 4, .dilation = 5, .groups = 8, .transposed = 6, .outputPadding = 7};
    const Positions transposed{
        .stride = 3, .padding = 4, .dilation = 7, .groups = 6, .outputPadding = 5, .alwaysTransposed = true};
    for (const char* op : {"aten::conv1d", "aten::conv2d", "aten::conv3d"}) {
        forms.add(op, carriedConvolution(plain));
    }
    for (const char* op : {"aten::convolution", "aten::_convolution"}) {
        forms.add(op, carriedConvolution(general));
    }
    for (const char* op : {"aten::conv_transpose1d", "aten::conv_transpose2d", "aten::conv_transpose3d"}) {
        forms.add(op, carriedConvolution(transposed));
    }
    forms.add("aten::linear", single(emitCarriedLinear));
}

}  // namespace qs
