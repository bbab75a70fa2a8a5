#include "exporters/torchscript/qnnpack_limits.h"

#include <algorithm>
#include <cmath>

namespace qs {

bool addsInQnnpack(const QParams& a, const QParams& b, const QParams& sum) {
    return std::ranges::all_of(std::initializer_list<const QParams*>{&a, &b}, [&](const QParams* addend) {
        const float ratio = static_cast<float>(addend->scale.at(0)) / static_cast<float>(sum.scale.at(0));
        return ratio >= 0x1.0p-14F && ratio < 0x1.0p+8F;
    });
}

bool multipliesInQnnpack(const TorchScriptStep& step, const QParams& output) {
    const auto x = static_cast<float>(step.input(0).qparams->scale.at(0));
    const float inverse = 1.0F / static_cast<float>(output.scale.at(0));
    return std::isnormal(inverse) && std::ranges::all_of(step.node.weightQParams->scale, [&](double weight) {
               const float product = static_cast<float>(weight) * x;
               return std::isnormal(product) && std::isnormal(product * inverse);
           });
}

bool poolsInQnnpack(const std::vector<int64_t>& kernel) {
    return std::ranges::any_of(kernel, [](int64_t extent) { return extent > 1; });
}

bool isOnQnnpackGrid(const QParams& output, double scale, int64_t zeroPoint) {
    return output.scale.at(0) == scale && output.zeroPoint.at(0) == zeroPoint;
}

}  // namespace qs
