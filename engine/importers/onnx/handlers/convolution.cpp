#include "importers/onnx/handlers.h"
#include "importers/onnx/handlers/window.h"

namespace qs {

namespace {

std::string withRank(const std::string& name, size_t rank) {
    return name + std::to_string(rank) + "d";
}

std::vector<int64_t> kernelOf(const OnnxNode& node) {
    const at::Tensor& weight = node.input(1);
    if (weight.dim() < 3) {
        node.fail("its weight has " + std::to_string(weight.dim()) + " dimensions");
    }
    return spatialShape(weight);
}

at::Tensor padded(OnnxNode& node, const at::Tensor& x, const OnnxWindow& window) {
    std::vector<int64_t> shape = shapeOf(x);
    for (size_t i = 0; i < window.rank(); ++i) {
        shape[i + 2] += window.before[i] + window.after[i];
    }
    node.checkSize(shape, Tracer::isActivation(x));
    return node.call("aten::constant_pad_nd", {x, window.padPairs(), 0.0});
}

at::Tensor conv(OnnxNode& node) {
    const OnnxWindow window = readWindow(node, kernelOf(node));
    at::Tensor x = node.input(0);
    std::vector<int64_t> padding = window.before;
    if (!window.isSymmetric()) {
        x = padded(node, x, window);
        padding.assign(window.rank(), 0);
    }
    return node.call(withRank("aten::conv", window.rank()),
                     {x, node.input(1), node.optionalInput(2), window.stride, padding, window.dilation,
                      node.count("group", 1)});
}

/// What of the full result stays: ONNX cuts `before` and `after` off its ends.
struct Cut {
    std::vector<int64_t> before;
    std::vector<int64_t> after;
    std::vector<int64_t> outputPadding;
};

Cut transposedCut(const OnnxNode& node, const OnnxWindow& window) {
    const size_t rank = window.rank();
    Cut cut{window.before, window.after, perAxis(node, "output_padding", rank, 0, 0)};
    const std::string mode = node.text("auto_pad", "NOTSET");
    const bool hasShape = node.has("output_shape");
    if (!hasShape && (mode == "NOTSET" || mode == "VALID")) {
        return cut;
    }
    const std::vector<int64_t> extents = spatialShape(node.input(0));
    std::vector<int64_t> wanted(rank);
    for (size_t i = 0; i < rank; ++i) {
        wanted[i] = extents[i] * window.stride[i];
    }
    if (hasShape) {
        wanted = perAxis(node, "output_shape", rank, 0, 1);
    }
    for (size_t i = 0; i < rank; ++i) {
        const int64_t full = (extents[i] - 1) * window.stride[i] + cut.outputPadding[i] +
                             (window.kernel[i] - 1) * window.dilation[i] + 1;
        const int64_t total = full - wanted[i];
        if (total < 0) {
            cut.outputPadding[i] -= total;
        }
        const int64_t rest = std::max<int64_t>(0, total);
        const int64_t half = rest / 2;
        cut.before[i] = mode == "SAME_UPPER" ? half : rest - half;
        cut.after[i] = rest - cut.before[i];
    }
    return cut;
}

at::Tensor convTranspose(OnnxNode& node) {
    const OnnxWindow window = readWindow(node, kernelOf(node));
    const size_t rank = window.rank();
    const Cut cut = transposedCut(node, window);
    // ATen cuts the same from both ends and wants the output padding below the stride: what goes beyond is
    // done on the full result.
    std::vector<int64_t> padding(rank);
    std::vector<int64_t> outputPadding(rank);
    std::vector<int64_t> shape = shapeOf(node.input(0));
    bool isExact = true;
    for (size_t i = 0; i < rank; ++i) {
        padding[i] = std::min(cut.before[i], cut.after[i]);
        const int64_t grown = cut.outputPadding[i] - (cut.after[i] - padding[i]);
        const bool fits = cut.before[i] == padding[i] && grown >= 0 &&
                          grown < std::max(window.stride[i], window.dilation[i]);
        outputPadding[i] = grown;
        isExact = isExact && fits;
        shape[i + 2] = (shape[i + 2] - 1) * window.stride[i] + cut.outputPadding[i] +
                       (window.kernel[i] - 1) * window.dilation[i] + 1;
    }
    node.checkSize(shape, Tracer::isActivation(node.input(0)));
    const std::string aten = withRank("aten::conv_transpose", rank) + (rank == 1 ? "" : ".input");
    const auto emit = [&](const std::vector<int64_t>& pads, const std::vector<int64_t>& extra) {
        return node.call(rank == 1 ? "aten::conv_transpose1d" : aten,
                         {node.input(0), node.input(1), node.optionalInput(2), window.stride, pads, extra,
                          node.count("group", 1), window.dilation});
    };
    if (isExact) {
        return emit(padding, outputPadding);
    }
    at::Tensor y = emit(std::vector<int64_t>(rank, 0), std::vector<int64_t>(rank, 0));
    for (size_t i = 0; i < rank; ++i) {
        if (cut.outputPadding[i] > cut.after[i] && node.hasInput(2)) {
            node.fail("its output padding goes beyond what its window reaches");
        }
    }
    std::vector<int64_t> pairs;
    for (size_t i = rank; i-- > 0;) {
        pairs.push_back(-cut.before[i]);
        pairs.push_back(cut.outputPadding[i] - cut.after[i]);
    }
    return node.call("aten::constant_pad_nd", {y, pairs, 0.0});
}

}  // namespace

void registerConvolutions(OnnxHandlers& handlers) {
    handlers.add("Conv", conv);
    handlers.add("ConvTranspose", convTranspose);
}

}  // namespace qs
