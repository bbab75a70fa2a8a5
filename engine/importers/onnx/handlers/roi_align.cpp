// RoiAlign (He et al. 2017) as operators that LibTorch has: a grid of samples a region, averaged.

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "importers/onnx/handlers.h"

namespace qs {

namespace {

/// Where the samples of each region lie along one axis of `extent` elements, regions x samples: as elements,
/// and whether they lie on the map at all.
struct Samples {
    at::Tensor places;  ///< -1 the first element, 1 the last, as grid_sampler wants it
    at::Tensor inside;
};

struct RoiAxis {
    int64_t begin;  ///< column of the regions' first edges; the last edges stand two behind
    int64_t extent;
    int64_t bins;
};

Samples place(OnnxNode& node, const RoiAxis& axis, int64_t samplesPerBin) {
    // Since opset 16 regions are half an element to the left, and may be smaller than one element.
    const bool isHalfPixel =
        node.opset() >= 16 && node.text("coordinate_transformation_mode", "half_pixel") == "half_pixel";
    const double scale = node.number("spatial_scale", 1);
    const auto edge = [&](int64_t column) {
        const at::Tensor values = node.call("aten::slice.Tensor", {node.input(1), 1, column, column + 1});
        const at::Tensor scaled = node.call("aten::mul.Scalar", {values, scale});
        return isHalfPixel ? node.call("aten::sub.Scalar", {scaled, 0.5}) : scaled;
    };
    const at::Tensor begin = edge(axis.begin);
    at::Tensor size = node.call("aten::sub.Tensor", {edge(axis.begin + 2), begin});
    if (!isHalfPixel) {
        size = node.call("aten::clamp", {size, 1.0, c10::IValue()});
    }
    const int64_t count = axis.bins * samplesPerBin;
    const at::Tensor steps = node.places(count).to(at::kFloat).add(0.5).div(count).reshape({1, count});
    const at::Tensor at =
        node.call("aten::add.Tensor", {begin, node.call("aten::mul.Tensor", {size, steps})});
    const double width = static_cast<double>(std::max<int64_t>(axis.extent - 1, 1));
    return {.places = node.call("aten::sub.Scalar", {node.call("aten::mul.Scalar", {at, 2 / width}), 1.0}),
            .inside = node.call("aten::logical_and",
                                {node.call("aten::ge.Scalar", {at, -1.0}),
                                 node.call("aten::le.Scalar", {at, static_cast<double>(axis.extent)})})};
}

at::Tensor roiAlign(OnnxNode& node) {
    const at::Tensor& x = node.input(0);
    const at::Tensor& regions = node.input(1);
    if (x.dim() != 4 || regions.dim() != 2 || regions.size(1) != 4 ||
        node.input(2).numel() != regions.size(0)) {
        node.fail("its inputs must be N x C x H x W, regions x 4 and one index a region");
    }
    if (node.text("mode", "avg") != "avg") {
        node.fail("mode " + node.text("mode", "avg") + " is not supported");
    }
    const int64_t perBin = node.count("sampling_ratio", 0, 0);
    if (perBin == 0) {
        node.fail(
            "with sampling_ratio 0 the number of its samples depends on the data, which is not supported: "
            "export the network with a sampling ratio such as 2");
    }
    const int64_t height = node.count("output_height", 1) * perBin;
    const int64_t width = node.count("output_width", 1) * perBin;
    const int64_t count = regions.size(0);
    node.checkSize(std::vector<int64_t>{count, x.size(1), height, width}, true);
    node.checkSize(std::vector<int64_t>{count, x.size(1), x.size(2), x.size(3)}, true);

    const Samples down = place(node, {.begin = 1, .extent = x.size(2), .bins = height / perBin}, perBin);
    const Samples across = place(node, {.begin = 0, .extent = x.size(3), .bins = width / perBin}, perBin);
    const std::vector<int64_t> shape{count, height, width};
    const auto spread = [&](const at::Tensor& tensor, int64_t axis) {
        return node.call("aten::expand", {node.call("aten::unsqueeze", {tensor, axis}), shape});
    };
    const std::vector<at::Tensor> points{spread(across.places, 1), spread(down.places, 2)};
    const at::Tensor maps =
        node.call("aten::index_select",
                  {x, 0, node.call("aten::to.dtype", {node.input(2), static_cast<int64_t>(at::kLong)})});
    constexpr int64_t kBilinear = 0;
    constexpr int64_t kBorder = 1;
    at::Tensor sampled = node.call("aten::grid_sampler",
                                   {maps, node.call("aten::stack", {points, 3}), kBilinear, kBorder, true});
    const at::Tensor inside =
        node.call("aten::logical_and", {spread(across.inside, 1), spread(down.inside, 2)});
    sampled = node.call("aten::where.self",
                        {node.call("aten::unsqueeze", {inside, 1}), sampled, at::zeros({}, at::kFloat)});
    if (perBin == 1) {
        return sampled;
    }
    const std::vector<int64_t> window{perBin, perBin};
    return node.call("aten::avg_pool2d",
                     {sampled, window, window, std::vector<int64_t>{0, 0}, false, true, c10::IValue()});
}

}  // namespace

void registerRoiAlign(OnnxHandlers& handlers) {
    handlers.add("RoiAlign", roiAlign);
}

}  // namespace qs
