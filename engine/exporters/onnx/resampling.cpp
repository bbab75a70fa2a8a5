// Images of another size.

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
