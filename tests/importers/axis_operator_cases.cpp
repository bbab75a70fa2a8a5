#include <ATen/ATen.h>

#include "importers/operator_cases.h"

namespace qs::test {
namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;

std::vector<OperatorCase> resizes() {
    const Shape image{2, 3, 4, 5};
    std::vector<OperatorCase> cases;
    const auto add = [&](const std::string& name, const std::string& attributes, const std::string& scales) {
        cases.push_back(
            {"Resize" + name, 13,
             "s = Constant <value = float[4] " + scales + "> ()\n y = Resize <" + attributes + "> (x, , s)",
             image});
    };
    for (const char* coordinates : {"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"}) {
        const std::string mode = ", coordinate_transformation_mode = \"" + std::string(coordinates) + "\"";
        add(std::string("Linear_") + coordinates, "mode = \"linear\"" + mode, "{1, 1, 2, 1.5}");
        add(std::string("Cubic_") + coordinates, "mode = \"cubic\"" + mode, "{1, 1, 2, 1.5}");
        for (const char* nearest : {"floor", "ceil", "round_prefer_floor", "round_prefer_ceil"}) {
            add(std::string("Nearest_") + coordinates + "_" + nearest,
                "mode = \"nearest\", nearest_mode = \"" + std::string(nearest) + "\"" + mode,
                "{1, 1, 2.3, 0.6}");
        }
    }
    add("CubicExcludes", "mode = \"cubic\", exclude_outside = 1", "{1, 1, 2, 1.5}");
    add("LinearChannelsLast", "mode = \"linear\"", "{1, 2, 2, 1}");
    cases.push_back({"ResizeSizes",
                     13,
                     "s = Constant <value = int64[4] {2, 3, 8, 7}> ()\n"
                     "y = Resize <mode = \"linear\"> (x, , , s)",
                     image,
                     {},
                     [](const Tensor& x, const Tensors&) {
                         return at::upsample_bilinear2d(x, {8, 7}, false);
                     }});
    cases.push_back({"UpsampleNearest",
                     9,
                     "s = Constant <value = float[4] {1, 1, 2, 3}> ()\n y = Upsample (x, s)",
                     image,
                     {},
                     [](const Tensor& x, const Tensors&) {
                         return at::upsample_nearest2d(x, {8, 15});
                     }});
    return cases;
}
/// Places along axes that other tensors give.
std::vector<OperatorCase> regions() {
    std::vector<OperatorCase> cases;
    const std::string boxes =
        "r = Constant <value = float[3, 4] {0, 0, 7, 5, -3.5, 2, 4, 9.75, 1, 1, 1.25, 1.5}> ()\n"
        "b = Constant <value = int64[3] {1, 0, 1}> ()\n";
    cases.push_back({"RoiAlignHalfPixel",
                     16,
                     boxes + "y = RoiAlign <output_height = 3, output_width = 2, sampling_ratio = 2, "
                             "spatial_scale = 0.75> (x, r, b)",
                     {2, 3, 6, 7}});
    cases.push_back(
        {"RoiAlignOld",
         10,
         boxes + "y = RoiAlign <output_height = 2, output_width = 3, sampling_ratio = 1> (x, r, b)",
         {2, 3, 6, 7}});
    cases.push_back({"ReverseSequence",
                     10,
                     "n = Constant <value = int64[2] {3, 5}> ()\n"
                     "y = ReverseSequence <batch_axis = 0, time_axis = 1> (x, n)",
                     {2, 5, 3},
                     {},
                     [](const Tensor& x, const Tensors&) {
                         Tensor y = x.clone();
                         y[0].narrow(0, 0, 3).copy_(at::flip(x[0].narrow(0, 0, 3), {0}));
                         y[1].copy_(at::flip(x[1], {0}));
                         return y;
                     }});
    for (const char* mode : {"linear", "nearest"}) {
        cases.push_back({std::string("ResizeCropped_") + mode,
                         13,
                         "r = Constant <value = float[8] {0, 0, 0.3, -0.2, 1, 1, 1.2, 0.7}> ()\n"
                         "s = Constant <value = int64[4] {2, 3, 5, 4}> ()\n"
                         "y = Resize <mode = \"" +
                             std::string(mode) +
                             "\", coordinate_transformation_mode = \"tf_crop_and_resize\", "
                             "extrapolation_value = 7.5> (x, r, , s)",
                         {2, 3, 6, 7}});
    }
    return cases;
}

}  // namespace

std::vector<OperatorCase> resamplingCases() {
    std::vector<OperatorCase> all = resizes();
    for (const OperatorCase& one : regions()) {
        all.push_back(one);
    }
    return all;
}

std::vector<OperatorCase> recurrentCases() {
    const Shape sequence{5, 2, 3};
    std::vector<OperatorCase> cases;
    const auto add = [&](const std::string& op, const std::string& name, int64_t gates, int64_t directions,
                         const std::string& attributes) {
        cases.push_back({op + name,
                         14,
                         "y = " + op + " <hidden_size = 4" + attributes + "> (x, w, r, b)",
                         sequence,
                         {{"w", {directions, gates * 4, 3}},
                          {"r", {directions, gates * 4, 4}},
                          {"b", {directions, gates * 8}}}});
    };
    add("LSTM", "Forward", 4, 1, "");
    add("LSTM", "Reverse", 4, 1, ", direction = \"reverse\"");
    add("LSTM", "Both", 4, 2, ", direction = \"bidirectional\"");
    add("LSTM", "Coupled", 4, 2, ", direction = \"bidirectional\", input_forget = 1");
    cases.push_back({"LSTMPeepholes",
                     14,
                     "y = LSTM <hidden_size = 4, direction = \"bidirectional\"> (x, w, r, b, , , , p)",
                     sequence,
                     {{"w", {2, 16, 3}}, {"r", {2, 16, 4}}, {"b", {2, 32}}, {"p", {2, 12}}}});
    add("GRU", "AfterReset", 3, 1, ", linear_before_reset = 1");
    add("GRU", "BeforeReset", 3, 2, ", direction = \"bidirectional\"");
    add("RNN", "Relu", 1, 1, ", activations = [\"Relu\"]");
    cases.push_back(
        {"ScanBackwards",
         16,
         "s = Constant <value = float[2] {1, 2}> ()\n"
         "last, y = Scan <num_scan_inputs = 1, scan_input_axes = [1], scan_input_directions = [1],"
         " scan_output_axes = [-1], scan_output_directions = [1],"
         " body = sums (float[2] before, float[2] slice) => (float[2] after, float[2] copy)"
         " { after = Add (before, slice) copy = Identity (after) }> (s, x)",
         {2, 5},
         {},
         [](const Tensor& x, const Tensors&) {
             const Tensor sums = at::cumsum(at::flip(x, {1}), 1) + at::tensor({1.0F, 2.0F}).reshape({2, 1});
             return at::flip(sums, {1}).contiguous();
         }});
    return cases;
}

}  // namespace qs::test
