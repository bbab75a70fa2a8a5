// Windows over images.

#include <algorithm>
#include <span>

#include "exporters/onnx/pads.h"
#include "exporters/onnx/step.h"

namespace qs {

namespace {

/// A pooling window, one number for each axis behind the channels.
struct Window {
    std::vector<int64_t> kernel, stride, padding, dilation;
    bool ceilMode = false;
};

/// Padding behind the input that makes ONNX's rounding down give the extents that the network has. PyTorch's
/// rounding up drops windows that begin in the padding, which runtimes do not agree on.
std::vector<int64_t> paddingBehind(const OnnxStep& step, const Window& window) {
    std::vector<int64_t> behind = window.padding;
    const Shape in = step.shape(0), out = step.output().shape;
    const size_t first = in.size() - behind.size();
    for (size_t d = 0; window.ceilMode && d < behind.size(); ++d) {
        const int64_t last =
            (out.at(first + d) - 1) * window.stride[d] + window.dilation[d] * (window.kernel[d] - 1) + 1;
        behind[d] = std::max<int64_t>(0, last - in[first + d] - window.padding[d]);
    }
    return behind;
}

OnnxAttributes windowAttributes(const Window& window, std::vector<int64_t> before,
                                const std::vector<int64_t>& behind) {
    before.insert(before.end(), behind.begin(), behind.end());
    return OnnxAttributes()
        .add("kernel_shape", window.kernel)
        .add("strides", window.stride)
        .add("pads", before);
}

OnnxAttributes maxPoolAttributes(const OnnxStep& step, const Window& window) {
    return windowAttributes(window, window.padding, paddingBehind(step, window))
        .add("dilations", window.dilation);
}

std::string maxPool(const OnnxStep& step, const Window& window) {
    return step.main("MaxPool", {step.tensor(0)}, maxPoolAttributes(step, window));
}

std::string averagePool(const OnnxStep& step, const Window& window, bool countPadding) {
    const std::vector<int64_t> behind = paddingBehind(step, window);
    const bool isPadded =
        std::any_of(window.padding.begin(), window.padding.end(), [](int64_t p) { return p > 0; });
    if (!countPadding || !isPadded || behind == window.padding) {
        return step.main("AveragePool", {step.tensor(0)},
                         windowAttributes(window, window.padding, behind)
                             .add("count_include_pad", int64_t{countPadding && isPadded}));
    }
    // The padding counts, what is added behind it does not.
    std::vector<int64_t> pads(step.rank() - window.padding.size(), 0);
    pads.insert(pads.end(), window.padding.begin(), window.padding.end());
    pads.insert(pads.end(), pads.begin(), pads.end());
    const std::string padded = padWithZeros(step, pads);
    std::vector<int64_t> rest;
    for (size_t d = 0; d < behind.size(); ++d) {
        rest.push_back(std::max<int64_t>(0, behind[d] - window.padding[d]));
    }
    return step.main("AveragePool", {padded},
                     windowAttributes(window, std::vector<int64_t>(behind.size(), 0), rest)
                         .add("count_include_pad", int64_t{0}));
}

Window windowOf(const Attributes& attrs) {
    Window window{attrs.ints("kernel"), attrs.ints("stride"), attrs.ints("padding"), attrs.ints("dilation"),
                  attrs.get<bool>("ceil_mode")};
    if (window.dilation.empty()) {
        window.dilation.assign(window.kernel.size(), 1);
    }
    return window;
}

OnnxResult emitMaxPool(const OnnxStep& step) {
    return maxPool(step, windowOf(step.attrs()));
}

OnnxResult emitAveragePool(const OnnxStep& step) {
    return averagePool(step, windowOf(step.attrs()), step.attrs().get<bool>("count_include_pad"));
}

/// ONNX has no adaptive pooling, but windows of equal size are an ordinary one.
OnnxResult adaptivePool(const OnnxStep& step, const std::vector<int64_t>& size, const std::string& op) {
    const std::string x = step.tensor(0);
    if (std::all_of(size.begin(), size.end(), [](int64_t extent) { return extent == 1; })) {
        return step.main("Global" + op, {x});
    }
    const Shape shape = step.shape(0);
    std::vector<int64_t> kernel;
    for (size_t d = 0; d < size.size(); ++d) {
        const int64_t extent = shape.size() < size.size() + 2 ? 0 : shape[shape.size() - size.size() + d];
        if (extent == 0 || size[d] <= 0 || extent % size[d] != 0) {
            return step.noForm(step.node().op + " with windows of unequal size");
        }
        kernel.push_back(extent / size[d]);
    }
    return step.main(op, {x}, OnnxAttributes().add("kernel_shape", kernel).add("strides", kernel));
}

OnnxForm carriedAdaptive(const std::string& op, size_t axes) {
    return single([op, axes](const OnnxStep& step) -> OnnxResult {
        auto size = step.arguments().ints(1);
        if (!size || step.node().outputs.size() > 1) {
            return step.noForm();
        }
        if (size->size() == 1) {
            size->assign(axes, size->front());
        }
        return adaptivePool(step, *size, op);
    });
}

/// kernel, stride, padding, [dilation,] ceil_mode, [count_include_pad, divisor].
std::optional<Window> carriedWindow(const OnnxStep& step, bool average, size_t axes) {
    const CarriedArguments& arguments = step.arguments();
    const auto list = [&](size_t i, int64_t otherwise) {
        std::vector<int64_t> numbers = arguments.ints(i).value_or(std::vector<int64_t>{});
        if (numbers.empty()) {
            numbers = {otherwise};
        }
        return numbers.size() == 1 ? std::vector<int64_t>(axes, numbers[0]) : numbers;
    };
    if (!arguments.ints(1) || (average && !arguments.isNone(6))) {
        return std::nullopt;
    }
    Window window;
    window.kernel = list(1, 1);
    window.stride = arguments.ints(2).value_or(std::vector<int64_t>{}).empty() ? window.kernel : list(2, 1);
    window.padding = list(3, 0);
    window.dilation = average ? std::vector<int64_t>(axes, 1) : list(4, 1);
    window.ceilMode = arguments.boolean(average ? 4 : 5).value_or(false);
    return window;
}

OnnxForm carriedPool(bool average, size_t axes) {
    return single([average, axes](const OnnxStep& step) -> OnnxResult {
        const auto window = carriedWindow(step, average, axes);
        if (!window) {
            return step.noForm();
        }
        return average ? averagePool(step, *window, step.arguments().boolean(5).value_or(true))
                       : maxPool(step, *window);
    });
}

/// Results and their places. ONNX counts these from the beginning of the tensor, ATen from that of a channel.
OnnxForm carriedPoolWithIndices(size_t axes) {
    return [axes](const OnnxStep& step) -> OnnxResults {
        const auto window = carriedWindow(step, /*average=*/false, axes);
        if (!window) {
            return step.noForm();
        }
        std::vector<std::string> results =
            step.mainSeveral("MaxPool", {step.tensor(0)}, maxPoolAttributes(step, *window));
        int64_t plane = 1;
        for (const Shape shape = step.shape(0); const int64_t extent : std::span(shape).last(axes)) {
            plane *= extent;
        }
        results.at(1) = step.side("Mod", {results.at(1), step.scalar(static_cast<double>(plane), at::kLong)});
        return results;
    };
}

}  // namespace

void register_pooling(OnnxForms& forms) {
    const std::string axes[] = {"1d", "2d", "3d"};
    for (size_t i = 1; i < 3; ++i) {
        forms.add("max_pool" + axes[i], single(emitMaxPool));
        forms.add("avg_pool" + axes[i], single(emitAveragePool));
        forms.add("adaptive_avg_pool" + axes[i], single([](const OnnxStep& step) {
                      return adaptivePool(step, step.attrs().ints("output_size"), "AveragePool");
                  }));
    }
    for (size_t i = 0; i < 3; ++i) {
        forms.add("aten::max_pool" + axes[i], carriedPool(/*average=*/false, i + 1));
        forms.add("aten::max_pool" + axes[i] + "_with_indices", carriedPoolWithIndices(i + 1));
        forms.add("aten::avg_pool" + axes[i], carriedPool(/*average=*/true, i + 1));
        forms.add("aten::adaptive_avg_pool" + axes[i], carriedAdaptive("AveragePool", i + 1));
        forms.add("aten::adaptive_max_pool" + axes[i], carriedAdaptive("MaxPool", i + 1));
    }
}

}  // namespace qs
