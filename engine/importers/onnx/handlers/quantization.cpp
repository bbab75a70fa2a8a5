// QuantizeLinear and DequantizeLinear: the boundaries of a network in QDQ form, and its weights.

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include "graph/grid_check.h"
#include "importers/markers.h"
#include "importers/onnx/handlers.h"
#include "importers/onnx/handlers/quantized.h"
#include "ops/quantize.h"

namespace qs {

namespace {

constexpr int64_t kOnnxUInt8 = 2, kOnnxInt8 = 3;  // TensorProto.DataType

std::optional<DType> eightBits(at::ScalarType type) {
    return type == at::kByte   ? std::optional(DType::UInt8)
           : type == at::kChar ? std::optional(DType::Int8)
                               : std::nullopt;
}

DType integerType(const OnnxNode& node, size_t zeroPoint) {
    if (node.hasInput(zeroPoint)) {
        const at::ScalarType type = node.input(zeroPoint).scalar_type();
        const auto known = eightBits(type);
        if (!known) {
            node.fail(std::string("it quantizes to ") + c10::toString(type) +
                      ", and only 8-bit integers have a form here");
        }
        return *known;
    }
    const int64_t type = node.integer("output_dtype", kOnnxUInt8);
    if (type != kOnnxUInt8 && type != kOnnxInt8 && type != 0) {
        node.fail("it quantizes to integers of another width than 8 bits, which have no form here");
    }
    return type == kOnnxInt8 ? DType::Int8 : DType::UInt8;
}

/// A bias as the integers that it is: in double precision, so that dividing by the scale brings them back.
at::Tensor wideConstant(OnnxNode& node, const at::Tensor& integers, const std::vector<double>& scale,
                        int64_t axis) {
    at::Tensor factor = at::tensor(scale, at::kDouble);
    if (scale.size() > 1) {
        std::vector<int64_t> shape(static_cast<size_t>(integers.dim()), 1);
        shape.at(static_cast<size_t>(node.axis(axis, integers.dim()))) = static_cast<int64_t>(scale.size());
        factor = factor.reshape(shape);
    } else {
        factor = factor.reshape({});
    }
    return integers.to(at::kDouble).mul(factor).to(at::kFloat);
}

/// uint8 weights with a zero point in the middle are int8 ones.
std::pair<at::Tensor, QParams> asSigned(const at::Tensor& integers, const QParams& grid) {
    if (grid.dtype != DType::UInt8) {
        return {integers, grid};
    }
    QParams shifted = grid;
    shifted.dtype = DType::Int8;
    shifted.quantMin = -128;
    shifted.quantMax = 127;
    for (int64_t& zeroPoint : shifted.zeroPoint) {
        zeroPoint -= 128;
    }
    return {integers.to(at::kInt).sub(128).to(at::kChar), shifted};
}

/// Input `index`, where it is a vector along `axis` of `x`, so that it broadcasts with it.
at::Tensor along(OnnxNode& node, size_t index, const at::Tensor& x, int64_t axis) {
    const at::Tensor& numbers = node.input(index);
    if (numbers.dim() != 1 || numbers.numel() == 1 || x.dim() == 0) {
        return numbers;
    }
    std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
    shape[static_cast<size_t>(node.axis(axis, x.dim()))] = numbers.numel();
    return node.call("aten::reshape", {numbers, shape});
}

at::Tensor asType(OnnxNode& node, const at::Tensor& x, at::ScalarType type) {
    return x.scalar_type() == type ? x : node.call("aten::to.dtype", {x, static_cast<int64_t>(type)});
}

at::Tensor quantizeLinear(OnnxNode& node) {
    if (!isOnKnownGrid(node, node.input(0), 1, 2)) {
        return integersByArithmetic(node, node.input(0), 1, 2, node.integer("axis", 1));
    }
    return integersOf(node, node.input(0), readGrid(node, 1, 2, node.integer("axis", 1)));
}

at::Tensor dequantizeLinear(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t axis = node.integer("axis", 1);
    if (!isOnKnownGrid(node, x, 1, 2)) {
        return realByArithmetic(node, x, 1, 2, axis);
    }
    if (x.scalar_type() == at::kInt && node.isConstant(0)) {
        const std::vector<double> scale = node.constantNumbers(1);
        at::Tensor bias = wideConstant(node, x, scale, axis);
        const bool isShifted = node.hasInput(2) && node.input(2).ne(0).any().item<bool>();
        if (isShifted) {
            node.fail("32-bit integers with a zero point have no form here");
        }
        return bias;
    }
    QParams grid;
    if (Tracer::isActivation(x) && node.gridOf(x)) {
        grid = readGrid(node, 1, 2, axis);
    } else {
        const auto type = eightBits(x.scalar_type());
        if (!type) {
            node.fail(std::string("its input is ") + c10::toString(x.scalar_type()) +
                      ", and only 8-bit integers have a form here");
        }
        grid = readGrid(node, 1, 2, axis);
        grid.dtype = *type;
        grid.quantMin = *type == DType::UInt8 ? 0 : -128;
        grid.quantMax = *type == DType::UInt8 ? 255 : 127;
    }
    return realNumbers(node, x, grid);
}

}  // namespace

bool isOnKnownGrid(const OnnxNode& node, const at::Tensor& x, size_t scale, size_t zeroPoint) {
    return node.isConstant(scale) && (!node.hasInput(zeroPoint) || node.isConstant(zeroPoint)) &&
           (!Tracer::isActivation(x) || node.input(scale).numel() == 1);
}

QParams readGrid(const OnnxNode& node, size_t scale, size_t zeroPoint, int64_t axis) {
    if (node.integer("block_size", 0) != 0) {
        node.fail("scales for blocks have no form here");
    }
    QParams grid;
    grid.dtype = integerType(node, zeroPoint);
    grid.quantMin = grid.dtype == DType::UInt8 ? 0 : -128;
    grid.quantMax = grid.dtype == DType::UInt8 ? 255 : 127;
    grid.scale = node.constantNumbers(scale);
    grid.zeroPoint =
        node.hasInput(zeroPoint) ? node.constantInts(zeroPoint) : std::vector<int64_t>(grid.scale.size());
    const bool isVector = node.input(scale).dim() > 0 && grid.scale.size() > 1;
    const int64_t rank = node.input(0).dim();
    grid.axis = isVector ? static_cast<int>(node.axis(axis, rank)) : -1;
    if (const std::string problem = gridProblem(grid); !problem.empty()) {
        node.fail(problem + ": the file is damaged");
    }
    return grid;
}

at::Tensor realNumbers(OnnxNode& node, const at::Tensor& integers, const QParams& grid) {
    if (!Tracer::isActivation(integers)) {
        if (grid.perChannel() && static_cast<int64_t>(grid.scale.size()) != integers.size(grid.axis)) {
            node.fail("it has " + std::to_string(grid.scale.size()) + " scales for " +
                      std::to_string(integers.size(grid.axis)) + " channels");
        }
        const auto [stored, onGrid] = asSigned(integers, grid);
        at::Tensor real = dequantize(stored, onGrid);
        node.setGrid(real, onGrid);
        return real;
    }
    if (grid.perChannel()) {
        node.fail("an activation with a scale a channel has no form here: quantize activations per tensor");
    }
    if (const auto known = node.gridOf(integers)) {
        if (!isSameGrid(*known, grid)) {
            node.fail("it reads integers with another scale or zero point than they were made with");
        }
        return node.dequantize(integers);
    }
    // Integers that the network is given: arithmetic like any other.
    const at::Tensor shifted = node.call(
        "aten::sub.Scalar", {node.call("aten::to.dtype", {integers, static_cast<int64_t>(at::kFloat)}),
                             static_cast<double>(grid.zeroPoint[0])});
    return node.call("aten::mul.Scalar", {shifted, grid.scale[0]});
}

at::Tensor integersOf(OnnxNode& node, const at::Tensor& x, const QParams& grid) {
    if (!at::isFloatingType(x.scalar_type())) {
        node.fail(std::string("it quantizes ") + c10::toString(x.scalar_type()) + ", not real numbers");
    }
    if (!Tracer::isActivation(x)) {
        return quantize(x, grid);
    }
    if (grid.perChannel()) {
        node.fail("an activation with a scale a channel has no form here: quantize activations per tensor");
    }
    return node.quantize(x, grid);
}

at::Tensor realByArithmetic(OnnxNode& node, const at::Tensor& integers, size_t scale, size_t zeroPoint,
                            int64_t axis) {
    if (node.gridOf(integers)) {
        node.fail("it reads integers with another scale or zero point than they were made with");
    }
    at::Tensor shifted = asType(node, integers, at::kFloat);
    if (node.hasInput(zeroPoint)) {
        const at::Tensor zero = asType(node, along(node, zeroPoint, integers, axis), at::kFloat);
        shifted = node.call("aten::sub.Tensor", {shifted, zero});
    }
    return node.call("aten::mul.Tensor", {shifted, along(node, scale, integers, axis)});
}

at::Tensor integersByArithmetic(OnnxNode& node, const at::Tensor& x, size_t scale, size_t zeroPoint,
                                int64_t axis) {
    const DType type = integerType(node, zeroPoint);
    at::Tensor q =
        node.call("aten::round", {node.call("aten::div.Tensor", {x, along(node, scale, x, axis)})});
    if (node.hasInput(zeroPoint)) {
        q = node.call("aten::add.Tensor", {q, asType(node, along(node, zeroPoint, x, axis), at::kFloat)});
    }
    const bool isSigned = type == DType::Int8;
    q = node.call("aten::clamp", {q, isSigned ? -128.0 : 0.0, isSigned ? 127.0 : 255.0});
    return asType(node, q, isSigned ? at::kChar : at::kByte);
}

void registerQuantization(OnnxHandlers& handlers) {
    for (const std::string domain : {"", "com.microsoft::"}) {
        handlers.add(domain + "QuantizeLinear", quantizeLinear);
        handlers.add(domain + "DequantizeLinear", dequantizeLinear);
    }
}

}  // namespace qs
