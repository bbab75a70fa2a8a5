// Images of another size.

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/meshgrid.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>

#include <algorithm>

#include "exporters/onnx/free_axes.h"
#include "exporters/onnx/step.h"

namespace qs {

namespace {

/// [N, C] of the input and then `extents`, as a tensor of shape: the batch stays free.
std::string sizesTensor(const OnnxStep& step, const std::vector<int64_t>& extents) {
    const std::string front =
        step.side("Slice", {step.side("Shape", {step.shaped(0)}), step.integers({0}), step.integers({2})});
    return step.side("Concat", {front, step.integers(extents)}, OnnxAttributes().add("axis", int64_t{0}));
}

/// Where `scales` are given, the network finds its source pixels by them and not by the ratio of the sizes.
std::string resize(const OnnxStep& step, const std::vector<int64_t>& size, const std::vector<double>& scales,
                   const OnnxAttributes& attributes) {
    if (scalesGive(step.shape(0), scales, size)) {
        std::vector<double> all{1, 1};
        all.insert(all.end(), scales.begin(), scales.end());
        return step.main("Resize", {step.tensor(0), "", step.floats(all)}, attributes);
    }
    return step.main("Resize", {step.tensor(0), "", "", sizesTensor(step, size)}, attributes);
}

OnnxAttributes nearest() {
    return OnnxAttributes()
        .add("mode", std::string("nearest"))
        .add("coordinate_transformation_mode", std::string("asymmetric"))
        .add("nearest_mode", std::string("floor"));
}

OnnxAttributes interpolated(const std::string& mode, bool alignCorners) {
    return OnnxAttributes()
        .add("mode", mode)
        .add("coordinate_transformation_mode", std::string(alignCorners ? "align_corners" : "half_pixel"))
        .add("cubic_coeff_a", -0.75F);
}

/// size [, align_corners], and scales where they are given; the `vec` overloads have size or factors as
/// lists.
OnnxForm carriedResize(const std::string& mode) {
    return single([mode](const OnnxStep& step) -> OnnxResult {
        const CarriedArguments& arguments = step.arguments();
        const bool isNearest = mode == "nearest";
        const Shape out = step.output().shape;
        const auto align = arguments.boolean(2);
        if (out.size() < 3 || (!isNearest && !align)) {
            return step.noForm();
        }
        const size_t firstScale = isNearest ? 2 : 3;
        std::vector<double> scales = arguments.numbers(firstScale).value_or(std::vector<double>{});
        for (size_t i = firstScale; const auto scale = arguments.number(i); ++i) {
            scales.push_back(*scale);
        }
        return resize(step, {out.begin() + 2, out.end()}, scales,
                      isNearest ? nearest() : interpolated(mode, *align));
    });
}

/// x, grid, interpolation, padding, align_corners.
OnnxResult emitGridSample(const OnnxStep& step) {
    constexpr int isOperator = 16, hasNewNames = 20;
    const CarriedArguments& arguments = step.arguments();
    const auto mode = arguments.integer(2), padding = arguments.integer(3);
    const auto align = arguments.boolean(4);
    if (!mode || !padding || !align || step.operandCount() != 2 || step.opset() < isOperator ||
        (step.rank() != 4 && step.opset() < hasNewNames)) {
        return step.noForm();
    }
    const bool isNew = step.opset() >= hasNewNames;
    const std::string modes[] = {isNew ? "linear" : "bilinear", "nearest", isNew ? "cubic" : "bicubic"};
    const std::string paddings[] = {"zeros", "border", "reflection"};
    return step.main("GridSample", {step.tensor(0), step.tensor(1)},
                     OnnxAttributes()
                         .add("mode", modes[*mode])
                         .add("padding_mode", paddings[*padding])
                         .add("align_corners", int64_t{*align}));
}

/// theta [N, 2, 3] and a size [N, C, H, W], or one dimension more: the places of all pixels in -1..1, times
/// theta.
OnnxResult emitAffineGrid(const OnnxStep& step) {
    const auto size = step.arguments().ints(1);
    const auto align = step.arguments().boolean(2);
    if (!size || !align) {
        return step.noForm();
    }
    const size_t axes = size->size() - 2;
    std::vector<at::Tensor> places;
    for (size_t d = 0; d < axes; ++d) {
        const int64_t extent = size->at(d + 2);
        const at::Tensor middle = at::arange(extent, at::kDouble) * 2 + (1 - static_cast<double>(extent));
        const auto span = static_cast<double>(*align ? std::max<int64_t>(extent - 1, 1) : extent);
        places.push_back(middle / span);
    }
    std::vector<at::Tensor> columns = at::meshgrid(places, "ij");
    std::ranges::reverse(columns);  // x first
    columns.push_back(at::ones_like(columns[0]));
    const at::Tensor base = at::stack(columns, -1).flatten(0, -2).to(at::kFloat);
    const std::string turned =
        step.side("Transpose", {step.tensor(0)}, OnnxAttributes().add("perm", std::vector<int64_t>{0, 2, 1}));
    std::vector<int64_t> shape(size->begin() + 2, size->end());
    shape.insert(shape.begin(), -1);
    shape.push_back(static_cast<int64_t>(axes));
    return step.side("Reshape",
                     {step.main("MatMul", {step.constant("places", base), turned}), step.integers(shape)});
}

}  // namespace

void register_resampling(OnnxForms& forms) {
    forms.add("upsample_nearest2d", single([](const OnnxStep& step) -> OnnxResult {
                  return resize(step, step.attrs().ints("output_size"),
                                step.attrs().get<std::vector<double>>("scales"), nearest());
              }));
    forms.add("upsample_bilinear2d", single([](const OnnxStep& step) -> OnnxResult {
                  return resize(step, step.attrs().ints("output_size"),
                                step.attrs().get<std::vector<double>>("scales"),
                                interpolated("linear", step.attrs().get<bool>("align_corners")));
              }));
    forms.add("aten::affine_grid_generator", single(emitAffineGrid));
    for (const char* op : {"aten::grid_sampler", "aten::grid_sampler_2d", "aten::grid_sampler_3d"}) {
        forms.add(op, single(emitGridSample));
    }
    for (const char* op :
         {"aten::upsample_nearest1d", "aten::upsample_nearest2d", "aten::upsample_nearest3d"}) {
        forms.add(op, carriedResize("nearest"));
    }
    for (const char* op :
         {"aten::upsample_linear1d", "aten::upsample_bilinear2d", "aten::upsample_trilinear3d"}) {
        forms.add(op, carriedResize("linear"));
    }
    forms.add("aten::upsample_bicubic2d", carriedResize("cubic"));
}

}  // namespace qs
