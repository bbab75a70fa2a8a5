#include "importers/meta_kernels.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/library.h>

#include <memory>
#include <optional>
#include <vector>

namespace qs {

namespace {

using Ints = at::IntArrayRef;
using MaybeTensor = c10::optional<at::Tensor>;

at::Tensor metaLike(const at::Tensor& like, Ints shape) {
    return at::empty(shape, like.options());
}
at::Tensor sameShape(const at::Tensor& self) {
    return at::empty_like(self);
}
at::Tensor& itself(at::Tensor& self) {
    return self;
}

at::Tensor convolution(const at::Tensor& input, const at::Tensor& weight, const MaybeTensor&, Ints stride,
                       Ints padding, Ints dilation, bool transposed, Ints outputPadding, int64_t groups) {
    const auto axes = static_cast<size_t>(std::max<int64_t>(input.dim() - 2, 0));
    TORCH_CHECK(weight.dim() == input.dim(), "the weight has ", weight.dim(), " dimensions, the input ",
                input.dim());
    for (const Ints list : {stride, padding, dilation, transposed ? outputPadding : stride}) {
        TORCH_CHECK(list.size() == 1 || list.size() == axes, "expected 1 or ", axes, " numbers, but got ",
                    list.size());
    }
    const int64_t inputChannels = weight.size(transposed ? 0 : 1) * (transposed ? 1 : groups);
    TORCH_CHECK(input.size(1) == inputChannels, "expected ", inputChannels, " channels, but got ",
                input.size(1));
    std::vector<int64_t> shape{input.size(0), transposed ? weight.size(1) * groups : weight.size(0)};
    for (int64_t d = 2; d < input.dim(); ++d) {
        const auto axis = static_cast<size_t>(d - 2);
        const auto at = [axis](Ints list) { return list[list.size() == 1 ? 0 : axis]; };
        const int64_t window = at(dilation) * (weight.size(d) - 1) + 1;
        shape.push_back(transposed
                            ? (input.size(d) - 1) * at(stride) - 2 * at(padding) + window + at(outputPadding)
                            : (input.size(d) + 2 * at(padding) - window) / at(stride) + 1);
        TORCH_CHECK(input.size(d) + 2 * at(padding) >= window || transposed, "the kernel of ", window,
                    " is larger than the padded input of ", input.size(d) + 2 * at(padding));
    }
    return metaLike(input, shape);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> batchNorm(const at::Tensor& input, const MaybeTensor&,
                                                         const MaybeTensor&, const MaybeTensor& mean,
                                                         const MaybeTensor&, bool training, double, double) {
    TORCH_CHECK(training || !mean || !mean->defined() || mean->numel() == input.size(1), "expected ",
                mean ? mean->numel() : 0, " channels, but got ", input.size(1));
    const at::Tensor statistics = metaLike(input, {training ? input.size(1) : 0});
    return {at::empty_like(input), statistics, statistics};
}

at::Tensor adaptivePool(const at::Tensor& self, Ints size) {
    std::vector<int64_t> shape = self.sizes().vec();
    TORCH_CHECK(size.size() <= shape.size(), "expected at least ", size.size(), " dimensions, but got ",
                shape.size());
    for (size_t i = 0; i < size.size(); ++i) {
        shape[shape.size() - size.size() + i] = size[i];
    }
    return metaLike(self, shape);
}

at::Tensor indexSelect(const at::Tensor& self, int64_t dim, const at::Tensor& index) {
    std::vector<int64_t> shape = self.sizes().vec();
    shape.at(static_cast<size_t>(dim < 0 ? dim + self.dim() : dim)) = index.numel();
    return metaLike(self, shape);
}

bool isMissing(const char* op, const char* overload) {
    const auto handle = c10::Dispatcher::singleton().findSchema({std::string("aten::") + op, overload});
    return handle && !handle->hasKernelForDispatchKey(c10::DispatchKey::Meta);
}

}  // namespace

void addMissingMetaKernels() {
    // Kernels stay registered as long as the library object lives: to the end of the process.
    static const auto library = [] {
        auto kernels = std::make_unique<torch::Library>(torch::Library::IMPL, "aten", c10::DispatchKey::Meta,
                                                        __FILE__, __LINE__);
        const auto add = [&](const char* op, auto* kernel) {
            if (isMissing(op, "")) {
                kernels->impl(op, kernel);
            }
        };
        add("convolution_overrideable", &convolution);
        add("native_batch_norm", &batchNorm);
        add("_adaptive_avg_pool2d", &adaptivePool);
        add("index_select", &indexSelect);
        add(
            "relu", +[](const at::Tensor& self) { return sameShape(self); });
        add(
            "hardswish", +[](const at::Tensor& self) { return sameShape(self); });
        add(
            "prelu", +[](const at::Tensor& self, const at::Tensor&) { return sameShape(self); });
        add(
            "roll", +[](const at::Tensor& self, Ints, Ints) { return metaLike(self, self.sizes()); });
        add(
            "hardtanh",
            +[](const at::Tensor& self, const at::Scalar&, const at::Scalar&) { return sameShape(self); });
        add(
            "channel_shuffle", +[](const at::Tensor& self, int64_t) { return sameShape(self); });
        add("relu_", &itself);
        add("hardswish_", &itself);
        return kernels;
    }();
}

}  // namespace qs
