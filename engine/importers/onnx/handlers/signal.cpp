// Signal processing: windows, Fourier transforms, mel filters.

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "importers/onnx/handlers.h"
#include "importers/onnx/sizes.h"
#include "importers/onnx/tensors.h"

namespace qs {

namespace {

constexpr int64_t kLongest = int64_t{1} << 24;  ///< window

/// a0 - a1 cos(2 pi i / n) + a2 cos(4 pi i / n)
OnnxHandler window(double a0, double a1, double a2) {
    return [=](OnnxNode& node) {
        const int64_t size = node.constantInt(0);
        if (size < 0 || size > kLongest) {
            node.fail("its window has " + std::to_string(size) + " numbers");
        }
        const bool isPeriodic = node.integer("periodic", 1) != 0;
        const auto period = static_cast<double>(std::max<int64_t>(1, isPeriodic ? size : size - 1));
        const at::Tensor angle = node.places(size).to(at::kDouble) * (2 * std::numbers::pi / period);
        const at::Tensor values = a0 - a1 * at::cos(angle) + a2 * at::cos(2 * angle);
        const auto type = onnxElementType(static_cast<int>(node.count("output_datatype", 1, 0)));
        if (!type) {
            node.fail("elements of this type are not supported");
        }
        return std::vector<at::Tensor>{values.to(*type)};
    };
}

/// A discrete Fourier transform of `length` points as two constant matrices, length x bins.
struct Fourier {
    at::Tensor cosines, sines;
};

Fourier fourier(const OnnxNode& node, int64_t length, int64_t bins, bool inverse) {
    node.checkSize(std::vector<int64_t>{length, bins}, false);
    // The product is taken modulo the length, so that the angle stays exact.
    const at::Tensor turns = node.places(length).unsqueeze(1).mul(node.places(bins)).remainder(length);
    const at::Tensor angle =
        turns.to(at::kDouble) * (2 * std::numbers::pi / static_cast<double>(length)) * (inverse ? 1 : -1);
    const double scale = inverse ? 1.0 / static_cast<double>(length) : 1;
    return {(at::cos(angle) * scale).to(at::kFloat), (at::sin(angle) * scale).to(at::kFloat)};
}

/// Real and imaginary part along the last axis of both tensors (the latter undefined where it is zero), each
/// multiplied with the matrices; stacked on a new last axis.
at::Tensor transformed(OnnxNode& node, const at::Tensor& real, const at::Tensor& imaginary,
                       const Fourier& matrices) {
    const auto times = [&](const at::Tensor& x, const at::Tensor& matrix) {
        return node.call("aten::matmul", {x, matrix});
    };
    at::Tensor y = times(real, matrices.cosines), z = times(real, matrices.sines);
    if (imaginary.defined()) {
        y = node.call("aten::sub.Tensor", {y, times(imaginary, matrices.sines)});
        z = node.call("aten::add.Tensor", {z, times(imaginary, matrices.cosines)});
    }
    return node.call("aten::stack", {std::vector<at::Tensor>{y, z}, -1});
}

/// `x` with `length` places along its last axis, cut off or filled up with zeros.
at::Tensor withLength(OnnxNode& node, const at::Tensor& x, int64_t length) {
    const int64_t extent = x.size(-1);
    return length == extent
               ? x
               : node.call("aten::constant_pad_nd", {x, std::vector<int64_t>{0, length - extent}, 0.0});
}

/// ... x extent x ... x 1 (real) or 2 (complex)
at::Tensor dft(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t rank = x.dim();
    const int64_t stated =
        node.hasInput(2) ? node.constantInt(2) : node.integer("axis", node.opset() < 20 ? 1 : -2);
    if (rank < 2 || (x.size(-1) != 1 && x.size(-1) != 2)) {
        node.fail("its input has the shape " + shapeText(x.sizes()) + ", but the last axis must be 1 or 2");
    }
    const int64_t axis = node.axis(stated, rank);
    if (axis == rank - 1) {
        node.fail("it transforms the axis of real and imaginary parts");
    }
    const int64_t length = node.hasInput(1) ? node.constantInt(1) : x.size(axis);
    if (length < 1 || length > kLongest) {
        node.fail("it transforms " + std::to_string(length) + " points");
    }
    const bool isHalf = node.integer("onesided", 0) != 0;
    const Fourier matrices =
        fourier(node, length, isHalf ? length / 2 + 1 : length, node.integer("inverse", 0) != 0);
    const auto part = [&](int64_t index) {
        const at::Tensor one = node.call("aten::select.int", {x, -1, index});
        return withLength(node, node.call("aten::transpose.int", {one, axis, -1}), length);
    };
    const at::Tensor y = transformed(node, part(0), x.size(-1) == 2 ? part(1) : at::Tensor(), matrices);
    return node.call("aten::transpose.int", {y, axis, rank - 2});
}

/// signal N x length x 1 (real) or 2, step, window, frame length: N x frames x bins x 2
at::Tensor stft(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const int64_t step = node.constantInt(1);
    const int64_t length = node.hasInput(3)   ? node.constantInt(3)
                           : node.hasInput(2) ? node.input(2).numel()
                                              : x.size(1);
    if (x.dim() < 2 || x.dim() > 3 || step < 1 || length < 1 || length > x.size(1)) {
        node.fail("frames of " + std::to_string(length) + " every " + std::to_string(step) +
                  " do not go with a signal of the shape " + shapeText(x.sizes()));
    }
    const int64_t frames = (x.size(1) - length) / step + 1;
    node.checkSize(std::vector<int64_t>{x.size(0), frames, length}, true);
    node.checkSize(std::vector<int64_t>{frames, length}, false);
    const at::Tensor places =
        node.places(frames).mul(step).unsqueeze(1).add(node.places(length)).reshape({-1});
    const bool isHalf = node.integer("onesided", 1) != 0;
    const Fourier matrices = fourier(node, length, isHalf ? length / 2 + 1 : length, false);
    const auto part = [&](int64_t index) {
        at::Tensor one = x.dim() == 3 ? node.call("aten::select.int", {x, -1, index}) : x;
        one = node.call("aten::reshape", {node.call("aten::index_select", {one, 1, places}),
                                          std::vector<int64_t>{x.size(0), frames, length}});
        return node.hasInput(2) ? node.call("aten::mul.Tensor", {one, node.input(2)}) : one;
    };
    const bool isComplex = x.dim() == 3 && x.size(2) == 2;
    return transformed(node, part(0), isComplex ? part(1) : at::Tensor(), matrices);
}

/// Triangles on the mel scale, spectrum bins x mel bins, as ONNX's reference makes them.
at::Tensor melWeights(OnnxNode& node) {
    const int64_t bins = node.constantInt(0), length = node.constantInt(1);
    const double rate = node.constantNumber(2);
    const double low = node.constantNumber(3), high = node.constantNumber(4);
    if (bins < 1 || bins > kLongest || length < 1 || length > kLongest || !(rate > 0) || !(low >= 0) ||
        !(high <= rate) || !(low <= high)) {
        node.fail("its numbers make no sense");
    }
    const int64_t spectrum = length / 2 + 1;
    node.checkSize(std::vector<int64_t>{spectrum, bins}, false);
    const auto mel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
    const double step = (mel(high) - mel(low)) / static_cast<double>(bins + 2);
    const auto edge = [&](int64_t i) {
        const double hertz = 700 * (std::pow(10, (static_cast<double>(i) * step + mel(low)) / 2595) - 1);
        const auto bin = static_cast<int64_t>(std::floor(static_cast<double>(length + 1) * hertz / rate));
        return std::min(bin, spectrum - 1);
    };
    at::Tensor weights = at::zeros({spectrum, bins}, at::kFloat);
    auto* out = weights.data_ptr<float>();
    for (int64_t i = 0; i < bins; ++i) {
        const int64_t first = edge(i), centre = edge(i + 1), last = edge(i + 2);
        out[centre * bins + i] = 1;
        for (int64_t j = first; j < centre; ++j) {
            out[j * bins + i] = static_cast<float>(j - first) / static_cast<float>(centre - first);
        }
        for (int64_t j = centre; j < last; ++j) {
            out[j * bins + i] = static_cast<float>(last - j) / static_cast<float>(last - centre);
        }
    }
    return weights;
}

}  // namespace

void registerSignals(OnnxHandlers& handlers) {
    handlers.add("HannWindow", window(0.5, 0.5, 0));
    handlers.add("HammingWindow", window(25.0 / 46, 21.0 / 46, 0));
    handlers.add("BlackmanWindow", window(0.42, 0.5, 0.08));
    handlers.add("DFT", dft);
    handlers.add("STFT", stft);
    handlers.add("MelWeightMatrix", melWeights);
}

}  // namespace qs
