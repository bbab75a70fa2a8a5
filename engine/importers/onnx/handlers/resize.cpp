#include <ATen/ops/empty.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "importers/onnx/handlers.h"
#include "importers/onnx/handlers/resample.h"

namespace qs {

namespace {

/// A Resize, resolved: what becomes of each axis, and how the elements between are made.
struct Plan {
    ResampleMode mode;
    std::vector<ResampleAxis> axes;
    bool hasScales = false;  ///< the factors are given, not the sizes
    std::vector<double> scales;
    double outside = 0;  ///< what lies beyond the source (tf_crop_and_resize) becomes
};

bool isUnchanged(const ResampleAxis& axis) {
    return axis.from == axis.to && axis.scale == 1.0 && axis.begin == 0 && axis.end == 1;
}

std::vector<double> attributeOrInput(const OnnxNode& node, size_t index) {
    if (node.has("scales")) {
        return node.numbers("scales");
    }
    return node.hasInput(index) && node.input(index).numel() > 0 ? node.constantNumbers(index)
                                                                 : std::vector<double>();
}

int64_t checkedExtent(const OnnxNode& node, const ResampleAxis& axis, double wanted) {
    if (!(wanted >= 1 && wanted <= std::numeric_limits<int32_t>::max()) || axis.from < 1) {
        node.fail("it resizes an axis of " + std::to_string(axis.from) + " to an impossible size");
    }
    return static_cast<int64_t>(wanted);
}

/// Shrinks or grows all factors to the least or greatest of them, as keep_aspect_ratio_policy asks for.
void keepAspectRatio(const OnnxNode& node, const std::vector<int64_t>& which, Plan& plan) {
    const std::string policy = node.text("keep_aspect_ratio_policy", "stretch");
    if (policy == "stretch" || which.empty()) {
        return;
    }
    const bool isLeast = policy == "not_larger";
    double common = plan.axes[static_cast<size_t>(which[0])].scale;
    for (const int64_t i : which) {
        const double scale = plan.axes[static_cast<size_t>(i)].scale;
        common = isLeast ? std::min(common, scale) : std::max(common, scale);
    }
    for (const int64_t i : which) {
        ResampleAxis& axis = plan.axes[static_cast<size_t>(i)];
        axis.scale = common;
        axis.to = checkedExtent(node, axis, std::round(common * static_cast<double>(axis.from)));
    }
}

/// The axes that the inputs speak of, in their order, counted from the front.
std::vector<int64_t> resizedAxes(const OnnxNode& node) {
    const int64_t rank = node.input(0).dim();
    std::vector<int64_t> axes(static_cast<size_t>(rank));
    std::iota(axes.begin(), axes.end(), 0);
    if (node.has("axes")) {
        axes = node.ints("axes");
        std::transform(axes.begin(), axes.end(), axes.begin(),
                       [&](int64_t axis) { return node.axis(axis, rank); });
    }
    return axes;
}

Plan makePlan(const OnnxNode& node, const std::vector<double>& scales, const std::vector<int64_t>& sizes) {
    const at::Tensor& x = node.input(0);
    Plan plan;
    for (int64_t i = 0; i < x.dim(); ++i) {
        plan.axes.push_back({.from = x.size(i), .to = x.size(i), .scale = 1.0});
    }
    const std::vector<int64_t> which = resizedAxes(node);
    plan.hasScales = !scales.empty();
    if ((plan.hasScales ? scales.size() : sizes.size()) != which.size()) {
        node.fail("it has factors or sizes for " +
                  std::to_string(plan.hasScales ? scales.size() : sizes.size()) + " axes, not " +
                  std::to_string(which.size()));
    }
    for (size_t i = 0; i < which.size(); ++i) {
        ResampleAxis& axis = plan.axes[static_cast<size_t>(which[i])];
        const auto extent = static_cast<double>(axis.from);
        const double wanted = plan.hasScales ? std::floor(extent * scales[i]) : static_cast<double>(sizes[i]);
        axis.to = checkedExtent(node, axis, wanted);
        axis.scale = plan.hasScales ? scales[i] : wanted / extent;
    }
    if (!plan.hasScales) {
        keepAspectRatio(node, which, plan);
    }
    return plan;
}

/// The name of ATen's operator that computes the same, with align_corners for it; empty where there is none.
struct Native {
    std::string op;
    std::optional<bool> alignCorners;
};

Native findNative(const Plan& plan) {
    const size_t rank = plan.axes.size();
    if (rank < 3 || rank > 5 || !isUnchanged(plan.axes[0]) || !isUnchanged(plan.axes[1]) ||
        plan.mode.antialias) {
        return {};
    }
    const std::string dims = std::to_string(rank - 2) + "d";
    const std::span<const ResampleAxis> spatial = std::span(plan.axes).subspan(2);
    if (plan.mode.kind == "nearest") {
        if (plan.mode.coordinates == "tf_crop_and_resize") {
            return {};
        }
        for (const ResampleAxis& axis : spatial) {
            if (resampleTaps(plan.mode, axis).front().indices != nearestLikeAten(axis)) {
                return {};
            }
        }
        return {"aten::upsample_nearest" + dims + ".vec", std::nullopt};
    }
    const bool isLinear = plan.mode.kind == "linear";
    const bool alignCorners = plan.mode.coordinates == "align_corners";
    const bool isHalfPixel =
        plan.mode.coordinates == "half_pixel" ||
        (plan.mode.coordinates == "pytorch_half_pixel" &&
         std::all_of(spatial.begin(), spatial.end(), [](const ResampleAxis& axis) { return axis.to > 1; }));
    if (!(alignCorners || isHalfPixel) ||
        (!isLinear && (rank != 4 || plan.mode.excludeOutside || std::abs(plan.mode.cubicA + 0.75) > 1e-6))) {
        return {};
    }
    const char* const linear[] = {"linear1d", "bilinear2d", "trilinear3d"};
    return {std::string("aten::upsample_") + (isLinear ? linear[rank - 3] : "bicubic2d") + ".vec",
            alignCorners};
}

at::Tensor callNative(OnnxNode& node, const Plan& plan, const Native& native) {
    std::vector<int64_t> sizes;
    std::vector<double> factors;
    bool isExact = true;
    for (const ResampleAxis& axis : std::span(plan.axes).subspan(2)) {
        sizes.push_back(axis.to);
        factors.push_back(axis.scale);
        isExact = isExact && static_cast<double>(axis.from) * axis.scale == static_cast<double>(axis.to);
    }
    // A factor that is no whole ratio of sizes moves the sampling points: then it has to be handed on.
    const bool handsFactors = plan.hasScales && !isExact;
    OnnxNode::Arguments arguments{node.input(0), handsFactors ? c10::IValue() : c10::IValue(sizes)};
    if (native.alignCorners) {
        arguments.emplace_back(*native.alignCorners);
    }
    arguments.push_back(handsFactors ? c10::IValue(factors) : c10::IValue());
    return node.call(native.op, std::move(arguments));
}

/// Gathers the elements that each result needs, axis by axis, and adds them up by weight.
at::Tensor compose(OnnxNode& node, const Plan& plan) {
    at::Tensor x = node.input(0);
    for (size_t i = 0; i < plan.axes.size(); ++i) {
        if (isUnchanged(plan.axes[i])) {
            continue;
        }
        const auto axis = static_cast<int64_t>(i);
        std::vector<int64_t> shape(plan.axes.size(), 1);
        shape[i] = plan.axes[i].to;
        at::Tensor sum;
        for (const ResampleTap& tap : resampleTaps(plan.mode, plan.axes[i])) {
            at::Tensor part = node.call("aten::index_select", {x, axis, at::tensor(tap.indices, at::kLong)});
            if (!tap.weights.empty()) {
                const at::Tensor weights = at::tensor(tap.weights, at::kFloat).reshape(shape);
                part = node.call("aten::mul.Tensor", {part, weights});
            }
            sum = sum.defined() ? node.call("aten::add.Tensor", {sum, part}) : part;
        }
        x = sum;
    }
    return x;
}

/// The region that tf_crop_and_resize takes of each axis: all begins, then all ends.
void readRegion(const OnnxNode& node, Plan& plan) {
    const std::vector<double> region = node.constantNumbers(1);
    const std::vector<int64_t> which = resizedAxes(node);
    if (region.size() != 2 * which.size()) {
        node.fail("its region has " + std::to_string(region.size()) + " numbers, not two for each of " +
                  std::to_string(which.size()) + " axes");
    }
    for (size_t i = 0; i < which.size(); ++i) {
        ResampleAxis& axis = plan.axes[static_cast<size_t>(which[i])];
        axis.begin = region[i];
        axis.end = region[i + which.size()];
        constexpr double kMost = 1e6;  // extents away: places stay integers of 64 bits
        if (!(std::abs(axis.begin) <= kMost && std::abs(axis.end) <= kMost)) {
            node.fail("its region lies too far outside of the input");
        }
    }
    plan.outside = node.number("extrapolation_value", 0);
}

/// What lies beyond the source along an axis becomes one value.
at::Tensor fillOutside(OnnxNode& node, const Plan& plan, at::Tensor x) {
    for (size_t i = 0; i < plan.axes.size(); ++i) {
        const std::vector<bool> inside = resultsInside(plan.mode, plan.axes[i]);
        if (std::find(inside.begin(), inside.end(), false) == inside.end()) {
            continue;
        }
        std::vector<int64_t> shape(plan.axes.size(), 1);
        shape[i] = plan.axes[i].to;
        at::Tensor kept = at::empty(shape, at::kBool);
        std::copy(inside.begin(), inside.end(), kept.data_ptr<bool>());
        x = node.call("aten::where.self", {kept, x, at::scalar_tensor(plan.outside, at::kFloat)});
    }
    return x;
}

at::Tensor resample(OnnxNode& node, const Plan& plan) {
    std::vector<int64_t> shape;
    for (const ResampleAxis& axis : plan.axes) {
        shape.push_back(axis.to);
    }
    node.checkSize(shape, Tracer::isActivation(node.input(0)));
    for (const ResampleAxis& axis : plan.axes) {
        if (!isUnchanged(axis)) {
            node.checkSize(std::vector<int64_t>{axis.to, tapCount(plan.mode, axis)}, false);
        }
    }
    if (std::all_of(plan.axes.begin(), plan.axes.end(), isUnchanged)) {
        return node.input(0);
    }
    const Native native = findNative(plan);
    return native.op.empty() ? fillOutside(node, plan, compose(node, plan)) : callNative(node, plan, native);
}

/// The mode of Upsample and of Resize before opset 11: index / scale, rounded down.
ResampleMode oldMode(const OnnxNode& node) {
    ResampleMode mode;
    mode.kind = node.text("mode", "nearest");
    mode.kind = mode.kind == "bilinear" ? "linear" : mode.kind;
    mode.coordinates = "asymmetric";
    mode.nearest = "floor";
    return mode;
}

at::Tensor upsample(OnnxNode& node) {
    Plan plan = makePlan(node, attributeOrInput(node, 1), {});
    plan.mode = oldMode(node);
    return resample(node, plan);
}

at::Tensor resize(OnnxNode& node) {
    if (node.opset() < 11) {
        return upsample(node);
    }
    ResampleMode mode;
    mode.kind = node.text("mode", "nearest");
    mode.coordinates = node.text("coordinate_transformation_mode", "half_pixel");
    mode.nearest = node.text("nearest_mode", "round_prefer_floor");
    mode.cubicA = node.number("cubic_coeff_a", -0.75);
    mode.excludeOutside = node.integer("exclude_outside", 0) != 0;
    mode.antialias = node.integer("antialias", 0) != 0;
    if (const std::string problem = mode.problem(); !problem.empty()) {
        node.fail(problem);
    }
    const std::vector<double> scales = attributeOrInput(node, 2);
    Plan plan = makePlan(node, scales, scales.empty() ? node.constantInts(3) : std::vector<int64_t>());
    plan.mode = mode;
    if (mode.coordinates == "tf_crop_and_resize") {
        readRegion(node, plan);
    }
    return resample(node, plan);
}

at::Tensor gridSample(OnnxNode& node) {
    const std::string mode = node.text("mode", "bilinear");
    const std::string padding = node.text("padding_mode", "zeros");
    const int64_t interpolation = mode == "nearest" ? 1 : mode == "bicubic" || mode == "cubic" ? 2 : 0;
    const int64_t border = padding == "border" ? 1 : padding == "reflection" ? 2 : 0;
    return node.call("aten::grid_sampler", {node.input(0), node.input(1), interpolation, border,
                                            node.integer("align_corners", 0) != 0});
}

at::Tensor affineGrid(OnnxNode& node) {
    return node.call("aten::affine_grid_generator",
                     {node.input(0), node.constantInts(1), node.integer("align_corners", 0) != 0});
}

}  // namespace

void registerResizes(OnnxHandlers& handlers) {
    handlers.add("Resize", resize);
    handlers.add("Upsample", upsample);
    handlers.add("GridSample", gridSample);
    handlers.add("AffineGrid", affineGrid);
}

}  // namespace qs
