#include <cmath>

#include "importers/onnx/handlers.h"
#include "importers/onnx/sizes.h"

namespace qs {

namespace {

/// Bounds that are integers of a quantized tensor, in real units.
at::Tensor clipIntegers(OnnxNode& node, const QParams& grid) {
    const auto bound = [&](size_t index, int64_t limit) {
        const int64_t q = node.hasInput(index) ? node.constantInt(index) : limit;
        return grid.scale[0] * static_cast<double>(q - grid.zeroPoint[0]);
    };
    return node.call("aten::clamp", {node.input(0), bound(1, grid.quantMin), bound(2, grid.quantMax)});
}

at::Tensor clip(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    if (const auto grid = node.gridOf(x)) {
        return clipIntegers(node, *grid);
    }
    const bool isInteger = !at::isFloatingType(x.scalar_type());
    if (node.has("min") || node.has("max")) {
        const auto bound = [&](const char* name) {
            return node.has(name) ? c10::IValue(node.number(name, 0)) : c10::IValue();
        };
        return node.call("aten::clamp", {x, bound("min"), bound("max")});
    }
    if (!node.hasInput(1) && !node.hasInput(2)) {
        return x;
    }
    const auto isFixed = [&](size_t index) {
        return !node.hasInput(index) || (node.isConstant(index) && node.input(index).numel() == 1);
    };
    if (!isFixed(1) || !isFixed(2)) {
        return node.call("aten::clamp.Tensor", {x, node.optionalInput(1), node.optionalInput(2)});
    }
    const auto bound = [&](size_t index) -> c10::IValue {
        if (!node.hasInput(index)) {
            return {};
        }
        return isInteger ? c10::IValue(node.constantInt(index)) : c10::IValue(node.constantNumber(index));
    };
    return node.call("aten::clamp", {x, bound(1), bound(2)});
}

at::Tensor hardSigmoid(OnnxNode& node) {
    const double alpha = node.number("alpha", 0.2);
    const double beta = node.number("beta", 0.5);
    if (std::abs(alpha - 1.0 / 6) < 1e-6 && beta == 0.5) {
        return node.call("aten::hardsigmoid", {node.input(0)});
    }
    at::Tensor y = node.call("aten::mul.Scalar", {node.input(0), alpha});
    y = node.call("aten::add.Scalar", {y, beta});
    return node.call("aten::clamp", {y, 0.0, 1.0});
}

at::Tensor prelu(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    at::Tensor slope = node.input(1);
    const int64_t channels = x.dim() > 1 ? x.size(1) : 1;
    if (node.opset() < 7 && slope.dim() == 1) {
        return node.call("aten::prelu", {x, slope});  // a slope a channel
    }
    // ONNX lines the slope's last axis up with the last of x: a slope a channel is Cx1x1.
    const bool isPerChannel = slope.numel() == channels && slope.dim() >= x.dim() - 1 &&
                              slope.dim() <= x.dim() && slope.dim() > 0 &&
                              slope.size(slope.dim() - (x.dim() - 1)) == channels;
    if (slope.numel() == 1 || (x.dim() > 1 && isPerChannel)) {
        slope = node.call("aten::reshape", {slope, std::vector<int64_t>{slope.numel()}});
        return node.call("aten::prelu", {x, slope});
    }
    const at::Tensor negative = node.call("aten::mul.Tensor", {x, slope});
    const at::Tensor isPositive = node.call("aten::gt.Scalar", {x, 0.0});
    return node.call("aten::where.self", {isPositive, x, negative});
}

at::Tensor softsign(OnnxNode& node) {
    const at::Tensor size = node.call("aten::abs", {node.input(0)});
    return node.call("aten::div.Tensor", {node.input(0), node.call("aten::add.Scalar", {size, 1.0})});
}

at::Tensor selu(OnnxNode& node) {
    constexpr double kAlpha = 1.67326319217681884765625;
    constexpr double kGamma = 1.05070102214813232421875;
    const double alpha = node.number("alpha", kAlpha);
    const double gamma = node.number("gamma", kGamma);
    const auto isDefault = [](double value, double known) { return std::abs(value - known) < 1e-4; };
    return isDefault(alpha, kAlpha) && isDefault(gamma, kGamma)
               ? node.call("aten::selu", {node.input(0)})
               : node.call("aten::elu", {node.input(0), alpha, gamma});
}

at::Tensor shrink(OnnxNode& node) {
    const double lambda = node.number("lambd", 0.5);
    const double bias = node.number("bias", 0.0);
    if (bias == 0.0) {
        return node.call("aten::hardshrink", {node.input(0), lambda});
    }
    if (bias == lambda) {
        return node.call("aten::softshrink", {node.input(0), lambda});
    }
    const at::Tensor& x = node.input(0);
    const at::Tensor above = node.call("aten::sub.Scalar", {x, bias});
    const at::Tensor below = node.call("aten::add.Scalar", {x, bias});
    const at::Tensor rest = node.call("aten::where.self", {node.call("aten::lt.Scalar", {x, -lambda}), below,
                                                           node.call("aten::mul.Scalar", {x, 0.0})});
    return node.call("aten::where.self", {node.call("aten::gt.Scalar", {x, lambda}), above, rest});
}

at::Tensor thresholdedRelu(OnnxNode& node) {
    return node.call("aten::threshold", {node.input(0), node.number("alpha", 1.0), 0.0});
}

at::Tensor gelu(OnnxNode& node) {
    return node.call("aten::gelu", {node.input(0), node.text("approximate", "none")});
}

/// Applies `act` along one axis. Before opset 13 the input counts as a matrix split before `axis`.
template <typename Act>
at::Tensor alongAxis(OnnxNode& node, Act act) {
    const at::Tensor& x = node.input(0);
    const bool flattens = node.opset() < 13;
    if (x.dim() == 0) {
        node.fail("its input is a scalar");
    }
    const int64_t axis = node.axis(node.integer("axis", flattens ? 1 : -1), x.dim());
    const std::vector<int64_t> shape = shapeOf(x);
    const int64_t inner = *elementCount(std::span(shape).subspan(static_cast<size_t>(axis)));
    if (!flattens || shape[static_cast<size_t>(axis)] == inner) {
        return act(x, axis);
    }
    const int64_t outer = *elementCount(std::span(shape).first(static_cast<size_t>(axis)));
    const at::Tensor matrix = node.call("aten::reshape", {x, std::vector<int64_t>{outer, inner}});
    return node.call("aten::reshape", {act(matrix, 1), shape});
}

at::Tensor softmax(OnnxNode& node) {
    return alongAxis(node, [&](const at::Tensor& x, int64_t axis) {
        return node.call("aten::softmax.int", {x, axis});
    });
}

at::Tensor logSoftmax(OnnxNode& node) {
    return alongAxis(node, [&](const at::Tensor& x, int64_t axis) {
        return node.call("aten::log_softmax.int", {x, axis});
    });
}

at::Tensor hardmax(OnnxNode& node) {
    return alongAxis(node, [&](const at::Tensor& x, int64_t axis) {
        std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
        shape[static_cast<size_t>(axis)] = x.size(axis);
        const at::Tensor index = node.call("aten::argmax", {x, axis, true});
        const at::Tensor places = node.places(x.size(axis)).reshape(shape);
        const at::Tensor isMax = node.call("aten::eq.Tensor", {index, places});
        return node.call("aten::to.dtype", {isMax, static_cast<int64_t>(x.scalar_type())});
    });
}

/// An activation with one number: attribute `name`, `fallback` where it is absent.
OnnxHandler withNumber(const std::string& aten, const std::string& name, double fallback) {
    return [=](OnnxNode& node) {
        return std::vector<at::Tensor>{node.call(aten, {node.input(0), node.number(name, fallback)})};
    };
}

}  // namespace

void registerActivations(OnnxHandlers& handlers) {
    handlers.add("Clip", clip);
    handlers.add("HardSigmoid", hardSigmoid);
    handlers.add("PRelu", prelu);
    handlers.add("Softsign", softsign);
    handlers.add("Selu", selu);
    handlers.add("Shrink", shrink);
    handlers.add("Gelu", gelu);
    handlers.add("Softmax", softmax);
    handlers.add("LogSoftmax", logSoftmax);
    handlers.add("Hardmax", hardmax);
    handlers.add("LeakyRelu", withNumber("aten::leaky_relu", "alpha", 0.01));
    handlers.add("Elu", withNumber("aten::elu", "alpha", 1.0));
    handlers.add("Celu", withNumber("aten::celu", "alpha", 1.0));
    handlers.add("ThresholdedRelu", thresholdedRelu);
}

}  // namespace qs
