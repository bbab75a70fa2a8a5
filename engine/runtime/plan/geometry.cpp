#include "runtime/plan/geometry.h"

#include <algorithm>

namespace qs::runtime {

Result<Convolution> convolutionOf(const QNode& node, const Shape& input) {
    const Attributes& attrs = node.attrs;
    Convolution g{attrs.ints("stride"),
                  attrs.ints("dilation"),
                  attrs.ints("padding"),
                  attrs.get<int64_t>("groups", 1),
                  {}};
    const auto weight = node.weight->sizes();
    if (weight.size() != 4 || g.strides.size() != 2 || g.dilation.size() != 2 || g.padding.size() != 2) {
        return failure("it is not two-dimensional");
    }
    g.output = {input[0], weight[0]};
    for (size_t i = 0; i < 2; ++i) {
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

Result<Window> windowOf(const Attributes& attrs, const Shape& input) {
    Window w;
    w.kernel = attrs.ints("kernel");
    w.strides = attrs.ints("stride");
    w.padding = attrs.ints("padding");
    if (attrs.find("dilation")) {
        w.dilation = attrs.ints("dilation");
        for (int64_t& gap : w.dilation) {
            gap -= 1;
        }
    }
    if (w.kernel.size() != 2 || w.strides.size() != 2 || w.padding.size() != 2 || w.dilation.size() != 2) {
        return failure("it is not two-dimensional");
    }
    const bool ceil = attrs.get<bool>("ceil_mode", false);
    w.output = {input[0], input[1]};
    for (size_t i = 0; i < 2; ++i) {
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
    for (size_t i = 0; i < 2; ++i) {
        if (size.size() != 2 || size[i] <= 0 || input[2 + i] % size[i] != 0) {
            return failure("its output size does not divide the input's");
        }
        window.kernel.push_back(input[2 + i] / size[i]);
        window.output.push_back(size[i]);
    }
    window.strides = window.kernel;
    return window;
}

}  // namespace qs::runtime
