#include "importers/jit_quantized.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/quantize_per_tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "graph/grid_check.h"
#include "importers/operators.h"
#include "importers/packed_parameters.h"
#include "ops/op.h"

namespace qs {

namespace {

constexpr std::string_view kQuantized = "quantized::";
constexpr std::string_view kRelu = "_relu";
constexpr double kMomentum = 0.1;  ///< of batch norms, as PyTorch makes them

/// The float form of a quantized:: operator: an ATen operator, and which of the arguments it takes.
struct FloatForm {
    std::string op;
    std::vector<size_t> take;
};

/// By name without namespace and "_relu", with the overload where that takes other things.
const FloatForm* floatForm(const std::string& name) {
    static const std::map<std::string, FloatForm> forms{
        {"add", {"aten::add.Tensor", {0, 1}}},
        {"add.Scalar", {"aten::add.Scalar", {0, 1}}},
        {"add_scalar", {"aten::add.Scalar", {0, 1}}},
        {"add_scalar.Tensor", {"aten::add.Tensor", {0, 1}}},
        {"cat", {"aten::cat", {0, 1}}},
        {"celu", {"aten::celu", {0, 3}}},
        {"clamp", {"aten::clamp", {0, 1, 2}}},
        {"dropout", {"aten::alias", {0}}},
        {"elu", {"aten::elu", {0, 3, 4, 5}}},
        {"group_norm", {"aten::group_norm", {0, 1, 2, 3, 4}}},
        {"hardswish", {"aten::hardswish", {0}}},
        {"layer_norm", {"aten::layer_norm", {0, 1, 2, 3, 4}}},
        {"leaky_relu", {"aten::leaky_relu", {0, 1}}},
        {"matmul", {"aten::matmul", {0, 1}}},
        {"max_pool2d", {"aten::max_pool2d", {0, 1, 2, 3, 4, 5}}},
        {"mul", {"aten::mul.Tensor", {0, 1}}},
        {"mul.Scalar", {"aten::mul.Scalar", {0, 1}}},
        {"mul_scalar", {"aten::mul.Scalar", {0, 1}}},
        {"mul_scalar.Tensor", {"aten::mul.Tensor", {0, 1}}},
        {"prelu", {"aten::prelu", {0, 1}}},
        {"relu6", {"aten::relu6", {0}}},
        {"sigmoid", {"aten::sigmoid", {0}}},
        {"softmax", {"aten::softmax.int", {0, 1}}},
        {"threshold", {"aten::threshold", {0, 1, 2}}},
    };
    const auto it = forms.find(name);
    return it == forms.end() ? nullptr : &it->second;
}

std::string overloaded(const c10::FunctionSchema& schema, const std::string& name) {
    return schema.overload_name().empty() ? name : name + "." + schema.overload_name();
}

std::string parentOf(const std::string& scope) {
    const size_t dot = scope.rfind('.');
    return dot == std::string::npos ? "" : scope.substr(0, dot);
}

[[noreturn]] void refuse(const JitCall& call, const std::string& why) {
    const std::string& name = call.schema.name();
    throw ImportError("layer " + (call.scope.empty() ? name : call.scope) + ": " + name + " " + why);
}

/// The argument called one of `names`; None where there is none.
c10::IValue argument(const JitCall& call, std::initializer_list<std::string_view> names) {
    const auto& declared = call.schema.arguments();
    for (size_t i = 0; i < declared.size() && i < call.arguments.size(); ++i) {
        if (std::find(names.begin(), names.end(), declared[i].name()) != names.end()) {
            return call.arguments[i];
        }
    }
    return {};
}

double toNumber(const c10::IValue& value) {
    return value.isTensor() ? value.toTensor().item<double>() : value.toScalar().to<double>();
}

QParams gridOf(const JitCall& call, double scale, int64_t zeroPoint, at::ScalarType type) {
    if (type != at::kQUInt8 && type != at::kQInt8) {
        refuse(call,
               std::string("makes ") + c10::toString(type) + ", and only 8-bit integers have a form here");
    }
    const QParams grid = type == at::kQInt8 ? QParams{DType::Int8, -1, {scale}, {zeroPoint}, -128, 127}
                                            : QParams{DType::UInt8, -1, {scale}, {zeroPoint}, 0, 255};
    if (const std::string problem = gridProblem(grid); !problem.empty()) {
        refuse(call, "has a grid that no quantized tensor has (" + problem + "): the file is damaged");
    }
    return grid;
}

/// The grid that the operator is told to round its result to.
std::optional<QParams> declaredGrid(const JitCall& call, at::ScalarType type) {
    const c10::IValue scale = argument(call, {"output_scale", "scale", "Y_scale_i"});
    const c10::IValue zeroPoint = argument(call, {"output_zero_point", "zero_point", "Y_zero_point_i"});
    // An elu's `scale` is a number of its own; its grid comes first.
    if (scale.isNone() || zeroPoint.isNone()) {
        return std::nullopt;
    }
    constexpr int64_t kFar = 1 << 24;  // beyond any 8-bit grid, and safe to convert
    const double point = toNumber(zeroPoint);
    return gridOf(call, toNumber(scale), std::abs(point) < kFar ? static_cast<int64_t>(point) : kFar, type);
}

bool isWeighted(const std::string& name) {
    return name.starts_with("quantized::conv") || name.starts_with("quantized::linear");
}

/// A clamp to numbers: on integers it is one of the integers.
bool clampsBothEnds(const JitCall& call) {
    const std::string& name = call.schema.name();
    return (name == "aten::clamp" || name == "aten::hardtanh") && call.arguments.at(1).isScalar() &&
           call.arguments.at(2).isScalar();
}

bool isIntegerActivation(const Tracer& tracer, const at::Tensor& tensor) {
    return Tracer::isActivation(tensor) && tracer.gridOf(tensor).has_value();
}

at::ScalarType quantizedType(DType dtype) {
    return dtype == DType::UInt8 ? at::kQUInt8 : at::kQInt8;
}

}  // namespace

std::optional<std::vector<c10::IValue>> JitQuantized::trace(const JitCall& call) {
    const std::string& name = call.schema.name();
    const auto tensors = tensorsIn(call.arguments);
    const bool readsIntegers = std::any_of(tensors.begin(), tensors.end(), [&](const at::Tensor& tensor) {
        return isIntegerActivation(tracer_, tensor);
    });
    const bool readsActivations = std::any_of(tensors.begin(), tensors.end(), Tracer::isActivation);
    if (!readsActivations) {
        // Weights that a module keeps quantized and computes with as real numbers.
        if (name == "aten::dequantize" && tensors.size() == 1 && tensors[0].is_quantized()) {
            const UnpackedTensor unpacked = unpackTensor(tensors[0]);
            tracer_.setGrid(unpacked.real, unpacked.grid);
            return std::vector<c10::IValue>{unpacked.real};
        }
        return std::nullopt;
    }
    if (name == "aten::quantize_per_channel" || name == "aten::quantize_per_tensor_dynamic") {
        refuse(call, "of an activation has no form here: quantize activations per tensor, with fixed scales");
    }
    const auto [def, binding] = findAten(name);
    const bool moves = (def && def->quant == QuantKind::PassThrough) || clampsBothEnds(call);
    const bool concerns = name.starts_with(kQuantized) || name == "aten::quantize_per_tensor" ||
                          name == "aten::dequantize" || (readsIntegers && !moves);
    if (!concerns) {
        return std::nullopt;
    }
    try {
        return results(call);
    } catch (const ImportError&) {
        throw;
    } catch (const std::exception& error) {
        refuse(call, "cannot be read: " + firstSentence(error));
    }
}

std::vector<c10::IValue> JitQuantized::results(const JitCall& call) {
    const std::string& name = call.schema.name();
    if (name == "aten::quantize_per_tensor") {
        return {quantize(call)};
    }
    if (name == "aten::dequantize") {
        return {real(call.arguments.at(0), call.scope)};
    }
    if (isWeighted(name)) {
        return {weighted(call)};
    }
    const at::Tensor result = compute(call);
    if (isInPlace(name)) {
        return {tracer_.assign(call.arguments.at(0).toTensor(), result, call.scope)};
    }
    return {result};
}

at::Tensor JitQuantized::quantize(const JitCall& call) {
    if (!call.arguments.at(0).isTensor()) {
        refuse(call, "of several tensors has no form here");
    }
    const auto type = static_cast<at::ScalarType>(argument(call, {"dtype"}).toInt());
    return tracer_.quantize(call.arguments[0].toTensor(), declaredGrid(call, type).value(), call.scope);
}

/// Integers as real numbers, in lists too.
c10::IValue JitQuantized::real(const c10::IValue& value, const std::string& scope) {
    return mapTensors(value, [&](const at::Tensor& tensor) {
        if (isIntegerActivation(tracer_, tensor)) {
            return tracer_.dequantize(tensor, scope);
        }
        if (!Tracer::isActivation(tensor) && tensor.is_quantized()) {
            const UnpackedTensor unpacked = unpackTensor(tensor);
            tracer_.setGrid(unpacked.real, unpacked.grid);
            return unpacked.real;
        }
        return tensor;
    });
}

/// The ReLU of an operator that has it inside stands in the module around, so that it takes no part in the
/// name of the layer.
at::Tensor JitQuantized::rectified(const at::Tensor& x, const std::string& scope) {
    return tracer_.call("aten::relu", {x}, parentOf(scope));
}

const JitQuantized::Weighted& JitQuantized::unpacked(const c10::IValue& packed) {
    Weighted& known = unpacked_[packed.internalToPointer()];
    if (known.weight.defined()) {
        return known;
    }
    auto parameters = unpackParameters(packed);
    if (!parameters) {
        throw ImportError("its packed parameters are of a kind that has no form here");
    }
    known.packed = packed;
    known.weight = parameters->weight.real;
    tracer_.setGrid(known.weight, parameters->weight.grid);
    const c10::IValue bias = parameters->bias ? c10::IValue(*parameters->bias) : c10::IValue();
    known.arguments = {known.weight, bias};
    if (!parameters->isConvolution) {
        known.op = "aten::linear";
        return known;
    }
    const std::string rank = std::to_string(known.weight.dim() - 2) + "d";
    known.arguments.insert(known.arguments.end(), {parameters->stride, parameters->padding});
    if (parameters->transposed) {
        known.op = "aten::conv_transpose" + rank + ".input";
        known.arguments.insert(known.arguments.end(),
                               {parameters->outputPadding, parameters->groups, parameters->dilation});
    } else {
        known.op = "aten::conv" + rank;
        known.arguments.insert(known.arguments.end(), {parameters->dilation, parameters->groups});
    }
    return known;
}

at::Tensor JitQuantized::weighted(const JitCall& call) {
    const std::string& name = call.schema.name();
    const at::Tensor x = call.arguments.at(0).toTensor();
    const auto grid =
        tracer_.gridOf(x) ? declaredGrid(call, quantizedType(tracer_.gridOf(x)->dtype)) : std::nullopt;
    if (!grid) {
        refuse(
            call,
            "of a dynamically quantized model has no form here: open the FP32 model that it was made from");
    }
    if (name.find("1d") != std::string::npos) {
        refuse(call, "has no form here: open the FP32 model that it was made from");
    }
    const Weighted& layer = unpacked(call.arguments.at(1));
    std::vector<c10::IValue> arguments{tracer_.dequantize(x, call.scope)};
    arguments.insert(arguments.end(), layer.arguments.begin(), layer.arguments.end());
    at::Tensor result = tracer_.call(layer.op, std::move(arguments), call.scope);
    if (name.ends_with(kRelu)) {
        result = rectified(result, call.scope);
    }
    return tracer_.quantize(result, *grid, call.scope);
}

/// An operator on quantized tensors that is not weighted.
at::Tensor JitQuantized::compute(const JitCall& call) {
    const std::string& name = call.schema.name();
    std::vector<c10::IValue> reals;
    for (const c10::IValue& value : call.arguments) {
        reals.push_back(real(value, call.scope));
    }
    at::Tensor result;
    bool relu = false;
    if (name.starts_with(kQuantized)) {
        std::string base = name.substr(kQuantized.size());
        relu = base.ends_with(kRelu) && base != "leaky_relu";
        if (relu) {
            base.resize(base.size() - kRelu.size());
        }
        if (base.starts_with("batch_norm")) {
            reals.resize(6);
            const double eps = reals.back().toDouble();
            reals.pop_back();
            reals.insert(reals.end(), {false, kMomentum, eps, false});
            result = tracer_.call("aten::batch_norm", std::move(reals), call.scope);
        } else if (const FloatForm* form = floatForm(overloaded(call.schema, base))) {
            std::vector<c10::IValue> taken;
            for (const size_t i : form->take) {
                taken.push_back(reals.at(i));
            }
            result = tracer_.call(form->op, std::move(taken), call.scope);
        } else {
            refuse(call, "has no form here: open the FP32 model that it was made from");
        }
    } else {
        const std::string functional = isInPlace(name) ? name.substr(0, name.size() - 1) : name;
        result = tracer_.call(overloaded(call.schema, functional), std::move(reals), call.scope);
    }
    if (relu) {
        result = rectified(result, call.scope);
    }
    const auto grid = trialGrid(call);
    return grid ? tracer_.quantize(result, *grid, call.scope) : result;
}

/// The grid of the result: LibTorch's operator is asked, with zeros.
std::optional<QParams> JitQuantized::trialGrid(const JitCall& call) const {
    const at::NoGradGuard noGrad;
    std::vector<c10::IValue> stack;
    for (const c10::IValue& value : call.arguments) {
        stack.push_back(mapTensors(value, [&](const at::Tensor& tensor) {
            if (!Tracer::isActivation(tensor)) {
                return tensor;
            }
            const at::Tensor zeros = at::zeros(tensor.sizes());
            const auto grid = tracer_.gridOf(tensor);
            return grid ? at::quantize_per_tensor(zeros, grid->scale[0], grid->zeroPoint[0],
                                                  quantizedType(grid->dtype))
                        : zeros;
        }));
    }
    const auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(call.schema.name().c_str(),
                                                                       call.schema.overload_name().c_str());
    const at::Tensor result = run(handle, std::move(stack)).at(0).toTensor();
    return result.is_quantized()
               ? std::optional(gridOf(call, result.q_scale(), result.q_zero_point(), result.scalar_type()))
               : std::nullopt;
}

}  // namespace qs
