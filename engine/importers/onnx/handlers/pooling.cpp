#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "graph/passes/even_windows.h"
#include "importers/onnx/handlers.h"
#include "importers/onnx/handlers/window.h"
#include "importers/onnx/sizes.h"

namespace qs {

namespace {

std::string withRank(const std::string& name, size_t rank) {
    return name + std::to_string(rank) + "d";
}

std::vector<int64_t> kernelOf(const OnnxNode& node) {
    if (!node.has("kernel_shape")) {
        node.fail("kernel_shape is missing");
    }
    const std::vector<int64_t> kernel = node.ints("kernel_shape");
    return perAxis(node, "kernel_shape", kernel.size(), 1, 1);
}

/// ATen pads both ends the same and by at most half a window; else the input is padded before.
bool isDirect(const OnnxWindow& window) {
    bool isSmall = true;
    for (size_t i = 0; i < window.rank(); ++i) {
        isSmall = isSmall && window.before[i] <= window.kernel[i] / 2;
    }
    return isSmall && window.isSymmetric();
}

/// Pads explicitly, and in ceil mode so far that the last window that begins inside is complete.
at::Tensor padded(OnnxNode& node, const at::Tensor& x, OnnxWindow window, double value) {
    std::vector<int64_t> shape = shapeOf(x);
    for (size_t i = 0; i < window.rank(); ++i) {
        const int64_t extent = shape[i + 2];
        const int64_t reach = (window.kernel[i] - 1) * window.dilation[i] + 1;
        const int64_t total = extent + window.before[i] + window.after[i];
        if (node.integer("ceil_mode", 0) != 0 && total >= reach) {
            int64_t steps = (total - reach + window.stride[i] - 1) / window.stride[i];
            steps -= steps * window.stride[i] >= extent + window.before[i] ? 1 : 0;
            window.after[i] += std::max<int64_t>(0, steps * window.stride[i] + reach - total);
        }
        shape[i + 2] += window.before[i] + window.after[i];
    }
    node.checkSize(shape, Tracer::isActivation(x));
    return node.call("aten::constant_pad_nd", {x, window.padPairs(), value});
}

/// Windows of uneven padding as some of those of an even one; nothing where there is no such pool.
std::optional<std::vector<EvenWindows>> evenOf(const OnnxNode& node, const OnnxWindow& window) {
    const std::vector<int64_t> shape = shapeOf(node.input(0));
    std::vector<EvenWindows> even;
    for (size_t i = 0; i < window.rank(); ++i) {
        const auto axis = evenWindows({.extent = shape[i + 2],
                                       .kernel = window.kernel[i],
                                       .stride = window.stride[i],
                                       .dilation = window.dilation[i],
                                       .before = window.before[i],
                                       .after = window.after[i]});
        if (!axis || node.integer("ceil_mode", 0) != 0) {
            return std::nullopt;
        }
        even.push_back(*axis);
    }
    return even;
}

std::vector<int64_t> paddingOf(const std::vector<EvenWindows>& even) {
    std::vector<int64_t> padding;
    for (const EvenWindows& axis : even) {
        padding.push_back(axis.padding);
    }
    return padding;
}

/// Those of the even pool's results `y` that are wanted.
at::Tensor wantedOf(OnnxNode& node, at::Tensor y, const std::vector<EvenWindows>& even) {
    for (size_t i = 0; i < even.size(); ++i) {
        const EvenWindows& axis = even[i];
        if (axis.count < axis.all) {
            y = node.call("aten::slice.Tensor",
                          {y, static_cast<int64_t>(i) + 2, axis.first, axis.first + axis.count, int64_t{1}});
        }
    }
    return y;
}

/// Indices into a plane whose columns follow each other instead of its rows.
at::Tensor columnMajor(OnnxNode& node, const at::Tensor& indices, const std::vector<int64_t>& plane) {
    if (plane.size() != 2) {
        node.fail("storage_order 1 is supported for two dimensions alone");
    }
    const at::Tensor row =
        node.call("aten::div.Tensor_mode", {indices, at::full({}, plane[1], at::kLong), "trunc"});
    const at::Tensor column = node.call("aten::remainder.Scalar", {indices, plane[1]});
    return node.call("aten::add.Tensor", {node.call("aten::mul.Scalar", {column, plane[0]}), row});
}

std::vector<at::Tensor> maxPool(OnnxNode& node) {
    const OnnxWindow window = readWindow(node, kernelOf(node));
    at::Tensor x = node.input(0);
    if (x.scalar_type() == at::kByte || x.scalar_type() == at::kChar) {
        // ATen pools real numbers, which hold those of 8 bits.
        const at::Tensor real = node.call("aten::to.dtype", {x, static_cast<int64_t>(at::kFloat)});
        OnnxNode pool = node.withInputs({real});
        std::vector<at::Tensor> pooled = maxPool(pool);
        pooled[0] = node.call("aten::to.dtype", {pooled[0], static_cast<int64_t>(x.scalar_type())});
        return pooled;
    }
    std::vector<int64_t> padding = window.before;
    bool ceilMode = node.integer("ceil_mode", 0) != 0;
    const bool wantsIndices = node.wantsOutput(1);
    if (!isDirect(window)) {
        if (wantsIndices) {
            node.fail("indices of a max-pool with uneven padding are not supported");
        }
        if (const auto even = evenOf(node, window)) {
            const at::Tensor y =
                node.call(withRank("aten::max_pool", window.rank()),
                          {x, window.kernel, window.stride, paddingOf(*even), window.dilation, true});
            return {wantedOf(node, y, *even)};
        }
        x = padded(node, x, window, -std::numeric_limits<double>::infinity());
        padding.assign(window.rank(), 0);
        ceilMode = false;
    }
    const OnnxNode::Arguments arguments{x, window.kernel, window.stride, padding, window.dilation, ceilMode};
    const std::string op = withRank("aten::max_pool", window.rank());
    if (!wantsIndices) {
        return {node.call(op, arguments)};
    }
    // ONNX counts from the beginning of the tensor, ATen from that of the channel.
    std::vector<at::Tensor> results = node.callMany(op + "_with_indices", arguments);
    const int64_t plane = elementCount(spatialShape(x)).value_or(0);
    if (node.integer("storage_order", 0) != 0) {
        results[1] = columnMajor(node, results[1], spatialShape(x));
    }
    std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
    shape[0] = x.size(0);
    shape[1] = x.size(1);
    const at::Tensor begins = node.places(x.size(0) * x.size(1)).mul(plane).reshape(shape);
    results[1] = node.call("aten::add.Tensor", {results[1], begins});
    return results;
}

/// Values back in the places that a max-pool took them from; zero elsewhere.
at::Tensor maxUnpool(OnnxNode& node) {
    const OnnxWindow window = readWindow(node, kernelOf(node));
    const at::Tensor& x = node.input(0);
    std::vector<int64_t> shape = shapeOf(x);
    for (size_t i = 0; i < window.rank(); ++i) {
        shape[i + 2] =
            (shape[i + 2] - 1) * window.stride[i] + window.kernel[i] - window.before[i] - window.after[i];
    }
    std::vector<int64_t> pairs;
    if (node.hasInput(2)) {
        const std::vector<int64_t> wanted = node.constantInts(2);
        for (size_t i = wanted.size(); i-- > 0;) {
            pairs.push_back(0);
            pairs.push_back(i < shape.size() ? wanted[i] - shape[i] : -1);
        }
        if (wanted.size() != shape.size() ||
            std::ranges::any_of(pairs, [](int64_t pad) { return pad < 0; })) {
            node.fail("output_shape is smaller than what its windows cover");
        }
        node.checkSize(wanted, true);
    }
    node.checkSize(shape, true);
    node.checkSize(shape, false);
    const std::vector<int64_t> flat{-1};
    const at::Tensor nothing = at::zeros({elementCount(shape).value_or(0)}, x.options().device(at::kCPU));
    const at::Tensor indices = node.call("aten::reshape", {node.input(1), flat});
    const at::Tensor y = node.call(
        "aten::reshape",
        {node.call("aten::scatter.src", {nothing, 0, indices, node.call("aten::reshape", {x, flat})}),
         shape});
    // The places are those of what the windows cover, which a larger output begins with.
    return pairs.empty() ? y : node.call("aten::constant_pad_nd", {y, pairs, 0.0});
}

/// A depthwise convolution that averages: for windows with dilation, which ATen's pools do not have.
at::Tensor dilatedAverage(OnnxNode& node, const at::Tensor& x, const OnnxWindow& window) {
    std::vector<int64_t> shape{x.size(1), 1};
    shape.insert(shape.end(), window.kernel.begin(), window.kernel.end());
    node.checkSize(shape, false);
    const double share = 1.0 / static_cast<double>(*elementCount(window.kernel));
    const at::Tensor weight = at::full(shape, share, at::kFloat);
    return node.call(withRank("aten::conv", window.rank()),
                     {x, weight, c10::IValue(), window.stride, std::vector<int64_t>(window.rank(), 0),
                      window.dilation, x.size(1)});
}

at::Tensor averagePool(OnnxNode& node) {
    const OnnxWindow window = readWindow(node, kernelOf(node));
    const at::Tensor& x = node.input(0);
    const bool countsPadding = node.integer("count_include_pad", 0) != 0;
    const bool ceilMode = node.integer("ceil_mode", 0) != 0;
    const std::string op = withRank("aten::avg_pool", window.rank());
    const bool isDilated = window.dilation != std::vector<int64_t>(window.rank(), 1);
    if (isDirect(window) && !isDilated) {
        return node.call(op, {x, window.kernel, window.stride, window.before, ceilMode, countsPadding});
    }
    const auto even = countsPadding || isDilated ? std::nullopt : evenOf(node, window);
    if (even) {
        return wantedOf(node, node.call(op, {x, window.kernel, window.stride, paddingOf(*even), true, false}),
                        *even);
    }
    const auto average = [&](const at::Tensor& input) {
        return isDilated ? dilatedAverage(node, input, window)
                         : node.call(op, {input, window.kernel, window.stride});
    };
    const at::Tensor full = padded(node, x, window, 0.0);
    // The average of ones is the share of a window that counts: the input, on request the padding at its
    // ends, never what only ceil mode adds.
    std::vector<int64_t> shape = shapeOf(x);
    std::vector<int64_t> pairs;
    shape[0] = 1;
    shape[1] = isDilated ? shape[1] : 1;
    for (size_t i = 0; i < window.rank(); ++i) {
        shape[i + 2] += countsPadding ? window.before[i] + window.after[i] : 0;
    }
    for (size_t i = window.rank(); i-- > 0;) {
        const int64_t before = countsPadding ? 0 : window.before[i];
        pairs.push_back(before);
        pairs.push_back(full.size(static_cast<int64_t>(i) + 2) - shape[i + 2] - before);
    }
    node.checkSize(shape, false);
    const at::Tensor counted = node.call("aten::constant_pad_nd", {at::ones(shape), pairs, 0.0});
    return node.call("aten::div.Tensor", {average(full), average(counted)});
}

std::vector<int64_t> spatialAxes(const OnnxNode& node) {
    const int64_t rank = node.input(0).dim();
    if (rank < 3) {
        node.fail("its input has " + std::to_string(rank) + " dimensions; 3 and more are supported");
    }
    std::vector<int64_t> axes;
    for (int64_t i = 2; i < rank; ++i) {
        axes.push_back(i);
    }
    return axes;
}

at::Tensor globalAveragePool(OnnxNode& node) {
    const std::vector<int64_t> axes = spatialAxes(node);
    if (axes.size() > 3) {
        return node.call("aten::mean.dim", {node.input(0), axes, true});
    }
    return node.call(withRank("aten::adaptive_avg_pool", axes.size()),
                     {node.input(0), std::vector<int64_t>(axes.size(), 1)});
}

at::Tensor globalMaxPool(OnnxNode& node) {
    return node.call("aten::amax", {node.input(0), spatialAxes(node), true});
}

at::Tensor globalLpPool(OnnxNode& node) {
    return node.call("aten::norm.ScalarOpt_dim",
                     {node.input(0), static_cast<double>(node.count("p", 2)), spatialAxes(node), true});
}

at::Tensor lpPool(OnnxNode& node) {
    const OnnxWindow window = readWindow(node, kernelOf(node));
    const double p = static_cast<double>(node.count("p", 2));
    at::Tensor y = node.call("aten::abs", {node.input(0)});
    y = padded(node, node.call("aten::pow.Tensor_Scalar", {y, p}), window, 0.0);
    const bool isDilated = window.dilation != std::vector<int64_t>(window.rank(), 1);
    y = isDilated ? dilatedAverage(node, y, window)
                  : node.call(withRank("aten::avg_pool", window.rank()), {y, window.kernel, window.stride});
    y = node.call("aten::mul.Scalar", {y, static_cast<double>(*elementCount(window.kernel))});
    return node.call("aten::pow.Tensor_Scalar", {y, 1.0 / p});
}

}  // namespace

void registerPools(OnnxHandlers& handlers) {
    handlers.add("MaxPool", maxPool);
    handlers.add("MaxUnpool", maxUnpool);
    handlers.add("AveragePool", averagePool);
    handlers.add("GlobalAveragePool", globalAveragePool);
    handlers.add("GlobalMaxPool", globalMaxPool);
    handlers.add("GlobalLpPool", globalLpPool);
    handlers.add("LpPool", lpPool);
}

}  // namespace qs
