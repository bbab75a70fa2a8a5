// Windows, means and resampling of images.

#include <algorithm>

#include "exporters/torchscript/qnnpack_limits.h"
#include "exporters/torchscript/step.h"

namespace qs {

namespace {

/// Scale factors of rows and columns, or two Nones.
TorchScriptArguments scaleArguments(const Attributes& attrs) {
    const auto scales = attrs.get<std::vector<double>>("scales");
    if (scales.empty()) {
        return {c10::IValue(), c10::IValue()};
    }
    return {scales.at(0), scales.at(1)};
}

TorchScriptArguments bilinearArguments(const Attributes& attrs) {
    TorchScriptArguments arguments{attrs.ints("output_size"), attrs.get<bool>("align_corners")};
    for (const auto& scale : scaleArguments(attrs)) {
        arguments.push_back(scale);
    }
    return arguments;
}

TorchScriptArguments nearestArguments(const Attributes& attrs) {
    TorchScriptArguments arguments{attrs.ints("output_size")};
    for (const auto& scale : scaleArguments(attrs)) {
        arguments.push_back(scale);
    }
    return arguments;
}

TorchScriptArguments windowArguments(const Attributes& attrs) {
    return {attrs.ints("kernel"),
            attrs.ints("stride"),
            attrs.ints("padding"),
            attrs.get<bool>("ceil_mode"),
            attrs.get<bool>("count_include_pad"),
            c10::IValue()};
}

TorchScriptArguments greatestArguments(const Attributes& attrs) {
    return {attrs.ints("kernel"), attrs.ints("stride"), attrs.ints("padding"), attrs.ints("dilation"),
            attrs.get<bool>("ceil_mode")};
}

/// Whether all windows divide by the same number. QNNPACK's average knows no other.
bool countsEveryPixel(const Attributes& attrs) {
    const std::vector<int64_t> padding = attrs.ints("padding");
    const bool padded = std::any_of(padding.begin(), padding.end(), [](int64_t p) { return p > 0; });
    return !attrs.get<bool>("ceil_mode") && (attrs.get<bool>("count_include_pad") || !padded);
}

}  // namespace

void register_pooling(TorchScriptForms& forms) {
    const auto whyNoInteger = [](const TorchScriptStep& step) {
        return whyNoQnnpackPool(step.node.attrs.ints("kernel"));
    };
    for (const std::string axes : {"2d", "3d"}) {
        forms.add("adaptive_avg_pool" + axes,
                  passingForm("aten::adaptive_avg_pool" + axes, [](const Attributes& a) {
                      return TorchScriptArguments{a.ints("output_size")};
                  }));
        TorchScriptForm average = passingForm("aten::avg_pool" + axes, windowArguments);
        average.integer = [passing = average.integer](const TorchScriptStep& step) {
            return countsEveryPixel(step.node.attrs) ? passing(step) : std::nullopt;
        };
        average.whyNoInteger = whyNoInteger;
        forms.add("avg_pool" + axes, average);
    }
    TorchScriptForm greatest = passingForm("aten::max_pool2d", greatestArguments);
    greatest.whyNoInteger = whyNoInteger;
    forms.add("max_pool2d", greatest);
    // LibTorch has none for quantized tensors.
    forms.add("max_pool3d", callForm("aten::max_pool3d", greatestArguments));
    forms.add("mean", callForm("aten::mean", [](const Attributes& a) {
                  return TorchScriptArguments{a.ints("dims"), a.get<bool>("keepdim")};
              }));
    forms.add("upsample_bilinear2d", callForm("aten::upsample_bilinear2d", bilinearArguments));
    forms.add("upsample_nearest2d", passingForm("aten::upsample_nearest2d", nearestArguments));
}

}  // namespace qs
