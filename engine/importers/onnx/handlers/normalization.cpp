#include "importers/onnx/handlers.h"
#include "importers/onnx/sizes.h"

namespace qs {

namespace {

at::Tensor batchNormalization(OnnxNode& node) {
    if (node.integer("training_mode", 0) != 0 || (node.opset() < 7 && node.integer("is_test", 0) == 0)) {
        node.fail("it is in training mode: export the network with model.eval()");
    }
    if (node.integer("spatial", 1) != 1) {
        node.fail("spatial 0 is not supported: convert the model to opset 9 or later");
    }
    // ONNX's momentum is the share that the running statistics keep.
    const double momentum = 1.0 - node.number("momentum", 0.9);
    return node.call("aten::batch_norm",
                     {node.input(0), node.input(1), node.input(2), node.input(3), node.input(4), false,
                      momentum, node.number("epsilon", 1e-5), false});
}

at::Tensor instanceNormalization(OnnxNode& node) {
    return node.call("aten::instance_norm", {node.input(0), node.input(1), node.input(2), c10::IValue(),
                                             c10::IValue(), true, 0.0, node.number("epsilon", 1e-5), false});
}

std::vector<at::Tensor> layerNormalization(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t axis = node.axis(node.integer("axis", -1), x.dim());
    const std::vector<int64_t> shape = x.sizes().slice(static_cast<size_t>(axis)).vec();
    const auto parameter = [&](size_t index) -> c10::IValue {
        if (!node.hasInput(index) || node.input(index).sizes() == at::IntArrayRef(shape)) {
            return node.optionalInput(index);
        }
        return node.call("aten::contiguous", {node.call("aten::expand", {node.input(index), shape})});
    };
    const double epsilon = node.number("epsilon", 1e-5);
    if (node.wantsOutput(1) || node.wantsOutput(2)) {
        return node.callMany("aten::native_layer_norm", {x, shape, parameter(1), parameter(2), epsilon});
    }
    return {node.call("aten::layer_norm", {x, shape, parameter(1), parameter(2), epsilon, false})};
}

at::Tensor groupNormalization(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t groups = node.count("num_groups", 1);
    if (x.dim() < 2 || x.size(1) % groups != 0) {
        node.fail("num_groups does not divide the channels");
    }
    const int64_t channels = x.size(1);
    // Before opset 21 scale and bias are a number a group, afterwards a number a channel.
    const auto parameter = [&](size_t index) {
        const at::Tensor& tensor = node.input(index);
        return tensor.numel() == channels
                   ? tensor
                   : node.call("aten::repeat_interleave.self_int", {tensor, channels / groups, 0});
    };
    return node.call("aten::group_norm",
                     {x, groups, parameter(1), parameter(2), node.number("epsilon", 1e-5), false});
}

/// y = x / (bias + alpha * mean of x^2 over `size` neighbouring channels)^beta
at::Tensor lrn(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t size = node.count("size", 1);
    if (x.dim() < 3 || size > 1 << 20) {
        node.fail("its input or size makes no sense");
    }
    at::Tensor y = node.call("aten::mul.Tensor", {x, x});
    y = node.call("aten::reshape", {y, std::vector<int64_t>{x.size(0), 1, x.size(1),
                                                            elementCount(x.sizes().slice(2)).value_or(0)}});
    y = node.call("aten::constant_pad_nd", {y, std::vector<int64_t>{0, 0, (size - 1) / 2, size / 2}, 0.0});
    y = node.call("aten::avg_pool2d", {y, std::vector<int64_t>{size, 1}, std::vector<int64_t>{1, 1}});
    y = node.call("aten::reshape", {y, shapeOf(x)});
    y = node.call("aten::mul.Scalar", {y, node.number("alpha", 1e-4)});
    y = node.call("aten::add.Scalar", {y, node.number("bias", 1.0)});
    y = node.call("aten::pow.Tensor_Scalar", {y, node.number("beta", 0.75)});
    return node.call("aten::div.Tensor", {x, y});
}

at::Tensor meanVarianceNormalization(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const std::vector<int64_t> axes =
        node.axes(node.has("axes") ? node.ints("axes") : std::vector<int64_t>{0, 2, 3}, x.dim());
    const at::Tensor centred =
        node.call("aten::sub.Tensor", {x, node.call("aten::mean.dim", {x, axes, true})});
    at::Tensor variance = node.call("aten::mul.Tensor", {centred, centred});
    variance = node.call("aten::mean.dim", {variance, axes, true});
    const at::Tensor deviation = node.call("aten::add.Scalar", {node.call("aten::sqrt", {variance}), 1e-9});
    return node.call("aten::div.Tensor", {centred, deviation});
}

at::Tensor lpNormalization(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const std::vector<int64_t> axes{node.axis(node.integer("axis", -1), x.dim())};
    const double p = static_cast<double>(node.count("p", 2));
    const at::Tensor norm = node.call("aten::norm.ScalarOpt_dim", {x, p, axes, true});
    return node.call("aten::div.Tensor", {x, norm});
}

}  // namespace

void registerNormalizations(OnnxHandlers& handlers) {
    handlers.add("BatchNormalization", batchNormalization);
    handlers.add("InstanceNormalization", instanceNormalization);
    handlers.add("LayerNormalization", layerNormalization);
    handlers.add("GroupNormalization", groupNormalization);
    handlers.add("LRN", lrn);
    handlers.add("MeanVarianceNormalization", meanVarianceNormalization);
    handlers.add("LpNormalization", lpNormalization);
}

}  // namespace qs
