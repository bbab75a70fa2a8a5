#include "runtime/plan/geometry.h"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <string>

namespace qs::runtime {

namespace {

/// Whether each list has a number for each of the `axes`.
bool haveAxes(size_t axes, std::initializer_list<const Shape*> lists) {
    return std::ranges::all_of(lists, [axes](const Shape* list) { return list->size() == axes; });
}

}  // namespace

Result<Convolution> convolutionOf(const QNode& node, const Shape& input) {
    const Attributes& attrs = node.attrs;
    Convolution g{attrs.ints("stride"),
                  attrs.ints("dilation"),
                  attrs.ints("padding"),
                  attrs.get<int64_t>("groups", 1),
                  {}};
    const auto weight = node.weight->sizes();
    const size_t axes = weight.size() - 2;
    if (input.size() != weight.size() || !haveAxes(axes, {&g.strides, &g.dilation, &g.padding})) {
        return failure("its input is not N, C and " + std::to_string(axes) + " spatial axes");
    }
    g.output = {input[0], weight[0]};
    for (size_t i = 0; i < axes; ++i) {
        const int64_t window = (weight[2 + i] - 1) * g.dilation[i] + 1;
        const int64_t padded = input[2 + i] + 2 * g.padding[i];
        if (padded < window) {
            return failure("its window is larger than the padded input");
        }
        g.output.push_back((padded - window) / g.strides[i] + 1);
        g.dilation[i] -= 1;  // oneDNN counts the gaps
    }
    if (input[1] != weight[1] * g.groups) {
        return failure("the input's channels do not fit the weight");
    }
    return g;
}

bool Window::reachesBeyondPadding() const {
    return !std::ranges::equal(paddingEnd, padding, std::less_equal());
}

Result<Window> windowOf(const Attributes& attrs, const Shape& input) {
    Window w;
    w.kernel = attrs.ints("kernel");
    w.strides = attrs.ints("stride");
    w.padding = attrs.ints("padding");
    w.dilation.assign(w.axes(), 0);
    w.paddingEnd.assign(w.axes(), 0);
    if (attrs.find("dilation")) {
        w.dilation = attrs.ints("dilation");
        for (int64_t& gap : w.dilation) {
            gap -= 1;
        }
    }
    if (input.size() != w.axes() + 2 || !haveAxes(w.axes(), {&w.strides, &w.padding, &w.dilation})) {
        return failure("its input is not N, C and " + std::to_string(w.axes()) + " spatial axes");
    }
    const bool ceil = attrs.get<bool>("ceil_mode", false);
    w.output = {input[0], input[1]};
    for (size_t i = 0; i < w.axes(); ++i) {
        const int64_t extent = (w.kernel[i] - 1) * (w.dilation[i] + 1) + 1;
        const int64_t slack = input[2 + i] + 2 * w.padding[i] - extent;
        if (slack < 0) {
            return failure("its window is larger than the padded input");
        }
        int64_t count = (slack + (ceil ? w.strides[i] - 1 : 0)) / w.strides[i] + 1;
        if ((count - 1) * w.strides[i] >= input[2 + i] + w.padding[i]) {
            --count;
        }
        w.output.push_back(count);
        w.paddingEnd[i] =
            std::max<int64_t>(0, (count - 1) * w.strides[i] + extent - input[2 + i] - w.padding[i]);
    }
    return w;
}

Result<Window> adaptiveWindowOf(const Attributes& attrs, const Shape& input) {
    const std::vector<int64_t> size = attrs.ints("output_size");
    Window window;
    window.output = {input[0], input[1]};
    if (size.empty() || input.size() != size.size() + 2) {
        return failure("its input is not N, C and the axes of its windows");
    }
    for (size_t i = 0; i < size.size(); ++i) {
        if (size[i] <= 0 || input[2 + i] % size[i] != 0) {
            return failure("its output size does not divide the input's");
        }
        window.kernel.push_back(input[2 + i] / size[i]);
        window.output.push_back(size[i]);
    }
    window.strides = window.kernel;
    window.dilation.assign(size.size(), 0);
    window.padding = window.paddingEnd = window.dilation;
    return window;
}

}  // namespace qs::runtime
