#include "importers/onnx/handlers/window.h"

#include <limits>

namespace qs {

std::vector<int64_t> OnnxWindow::padPairs() const {
    std::vector<int64_t> pairs;
    for (size_t i = rank(); i-- > 0;) {
        pairs.push_back(before[i]);
        pairs.push_back(after[i]);
    }
    return pairs;
}

std::vector<int64_t> spatialShape(const at::Tensor& tensor) {
    return tensor.sizes().slice(2).vec();
}

std::vector<int64_t> perAxis(const OnnxNode& node, const std::string& attribute, size_t count,
                             int64_t fallback, int64_t lowest) {
    if (!node.has(attribute)) {
        return std::vector<int64_t>(count, fallback);
    }
    std::vector<int64_t> values = node.ints(attribute);
    if (values.size() != count) {
        node.fail(attribute + " has " + std::to_string(values.size()) + " numbers, not " +
                  std::to_string(count));
    }
    for (const int64_t value : values) {
        if (value < lowest || value > std::numeric_limits<int32_t>::max()) {
            node.fail(attribute + " holds " + std::to_string(value) + ", which makes no sense there");
        }
    }
    return values;
}

OnnxWindow readWindow(const OnnxNode& node, std::vector<int64_t> kernel) {
    const at::Tensor& x = node.input(0);
    if (x.dim() < 3 || x.dim() > 5) {
        node.fail("its input has " + std::to_string(x.dim()) + " dimensions; 3 to 5 are supported");
    }
    const std::vector<int64_t> extents = spatialShape(x);
    const size_t rank = extents.size();
    OnnxWindow window;
    window.kernel = kernel.empty() ? perAxis(node, "kernel_shape", rank, 1, 1) : std::move(kernel);
    if (window.kernel.size() != rank) {
        node.fail("its window has " + std::to_string(window.kernel.size()) + " axes but its input " +
                  std::to_string(rank));
    }
    window.stride = perAxis(node, "strides", rank, 1, 1);
    window.dilation = perAxis(node, "dilations", rank, 1, 1);
    for (size_t i = 0; i < rank; ++i) {
        if ((window.kernel[i] - 1) * window.dilation[i] >= std::numeric_limits<int32_t>::max()) {
            node.fail("its window of " + std::to_string(window.kernel[i]) + " elements, dilated by " +
                      std::to_string(window.dilation[i]) + ", is too large");
        }
    }
    window.before.assign(rank, 0);
    window.after.assign(rank, 0);
    const std::string mode = node.text("auto_pad", "NOTSET");
    if (mode == "NOTSET") {
        const std::vector<int64_t> pads = perAxis(node, "pads", 2 * rank, 0, 0);
        std::copy_n(pads.begin(), rank, window.before.begin());
        std::copy_n(pads.begin() + static_cast<int64_t>(rank), rank, window.after.begin());
    } else if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
        for (size_t i = 0; i < rank; ++i) {
            const int64_t steps = (extents[i] + window.stride[i] - 1) / window.stride[i];
            const int64_t reach =
                (steps - 1) * window.stride[i] + (window.kernel[i] - 1) * window.dilation[i] + 1;
            const int64_t total = std::max<int64_t>(0, reach - extents[i]);
            (mode == "SAME_UPPER" ? window.before : window.after)[i] = total / 2;
            (mode == "SAME_UPPER" ? window.after : window.before)[i] = total - total / 2;
        }
    } else if (mode != "VALID") {
        node.fail("auto_pad " + mode + " is not known");
    }
    return window;
}

}  // namespace qs
