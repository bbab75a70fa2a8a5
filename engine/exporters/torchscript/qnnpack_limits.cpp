#include "exporters/torchscript/qnnpack_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace qs {

namespace {

constexpr const char* kRemedy =
    "set ranges by hand that bring the scales closer together, or leave the layer in fp32";

}  // namespace

std::string whyNoQnnpackSum(const QParams& a, const QParams& b, const QParams& sum) {
    for (const QParams* addend : {&a, &b}) {
        const float ratio = static_cast<float>(addend->scale.at(0)) / static_cast<float>(sum.scale.at(0));
        if (!(ratio >= 0x1.0p-14F && ratio < 0x1.0p+8F)) {
            return fmt::format(
                "QNNPACK adds only what has between 2^-14 and 2^8 times the scale of the sum, and here that "
                "is "
                "{:.3g}: {}",
                ratio, kRemedy);
        }
    }
    return {};
}

std::string whyNoQnnpackProduct(const TorchScriptStep& step, const QParams& output) {
    const auto x = static_cast<float>(step.input(0).qparams->scale.at(0));
    const float inverse = 1.0F / static_cast<float>(output.scale.at(0));
    const bool fits =
        std::isnormal(inverse) && std::ranges::all_of(step.node.weightQParams->scale, [&](double weight) {
            const float product = static_cast<float>(weight) * x;
            return std::isnormal(product) && std::isnormal(product * inverse);
        });
    return fits ? ""
                : fmt::format(
                      "QNNPACK multiplies only where input scale times weight scale by output scale is a "
                      "normal float32 number, and here the input has {:.3g} and the output {:.3g}: {}",
                      x, output.scale.at(0), kRemedy);
}

std::string whyNoQnnpackPool(const std::vector<int64_t>& kernel) {
    return std::ranges::any_of(kernel, [](int64_t extent) { return extent > 1; })
               ? ""
               : "QNNPACK does not pool over windows of one element: take a strided slice in the model";
}

std::string whyNotOnQnnpackGrid(const QParams& output, double scale, int64_t zeroPoint) {
    return output.scale.at(0) == scale && output.zeroPoint.at(0) == zeroPoint
               ? ""
               : fmt::format(
                     "QNNPACK has it only with scale {:.6g} and zero point {}, and here they are {:.6g} and "
                     "{}: "
                     "quantize with a preset for phones (qnnpack)",
                     scale, zeroPoint, output.scale.at(0), output.zeroPoint.at(0));
}

}  // namespace qs
