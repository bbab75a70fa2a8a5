#include <set>

#include "runtime/onednn/weighted.h"
#include "runtime/plan/kernel.h"

namespace qs::runtime::onednn {

namespace {

using Tag = dnnl::memory::format_tag;
using Dims = dnnl::memory::dims;

struct Geometry {
    Dims strides, dilation, padding, paddingEnd;
    int64_t groups = 1;
    Shape output;
    bool hasHoles = false;  ///< pixels of the output that no tap reaches
};

/// Whether `taps` taps, `dilation` apart, fall on every place between two pixels of the input.
bool reachesAll(int64_t taps, int64_t dilation, int64_t stride) {
    std::set<int64_t> places;
    for (int64_t tap = 0; tap < taps; ++tap) {
        places.insert(tap * dilation % stride);
    }
    return static_cast<int64_t>(places.size()) == stride;
}

Result<Geometry> geometryOf(const QNode& node, const Shape& input) {
    const Attributes& attrs = node.attrs;
    Geometry g{attrs.ints("stride"),
               attrs.ints("dilation"),
               attrs.ints("padding"),
               {},
               attrs.get<int64_t>("groups", 1),
               {},
               false};
    const std::vector<int64_t> extra = attrs.ints("output_padding");
    const auto weight = node.weight->sizes();
    if (weight.size() != 4 || g.strides.size() != 2 || g.dilation.size() != 2 || g.padding.size() != 2 ||
        extra.size() != 2) {
        return failure("it is not two-dimensional");
    }
    if (input[1] != weight[0]) {
        return failure("the input's channels do not fit the weight");
    }
    g.output = {input[0], weight[1] * g.groups};
    for (size_t i = 0; i < 2; ++i) {
        const int64_t window = (weight[2 + i] - 1) * g.dilation[i] + 1;
        g.paddingEnd.push_back(g.padding[i] - extra[i]);
        g.output.push_back((input[2 + i] - 1) * g.strides[i] + window - g.padding[i] - g.paddingEnd[i]);
        g.hasHoles =
            g.hasHoles || g.paddingEnd[i] < 0 || !reachesAll(weight[2 + i], g.dilation[i], g.strides[i]);
        g.dilation[i] -= 1;  // oneDNN counts the gaps
    }
    return g;
}

/// O, I, H, W or, with groups, G, O/G, I/G, H, W.
Dims weightDims(const QNode& node, int64_t groups) {
    const auto s = node.weight->sizes();
    return groups == 1 ? Dims{s[1], s[0], s[2], s[3]} : Dims{groups, s[1], s[0] / groups, s[2], s[3]};
}

Result<std::string> lowerConvTranspose2d(NodeBuilder& b) {
    QS_TRY(checkWeighted(b));
    QS_TRY(checkPairSums(b));
    QS_ASSIGN(const Operand x, weightedInput(b, Layout::ChannelsLast));
    QS_ASSIGN(const Geometry g, geometryOf(b.node(), x.shape));
    if (g.hasHoles && b.isInteger()) {
        return failure("oneDNN writes random integers where no tap of its window falls");
    }
    QS_ASSIGN(const Operand y, weightedOutput(b, x, g.output, Layout::ChannelsLast));

    const Dims dims = weightDims(b.node(), g.groups);
    const dnnl::memory::desc bias({g.output[1]}, biasType(b), Tag::x);
    const dnnl::deconvolution_forward::desc desc(
        dnnl::prop_kind::forward_inference, dnnl::algorithm::deconvolution_direct, descOf(x),
        {dims, weightType(b), Tag::any}, bias, descOf(y), g.strides, g.dilation, g.padding, g.paddingEnd);
    const dnnl::deconvolution_forward::primitive_desc pd(desc, weightedAttributes(b, 1), cpuEngine());
    if (const std::string name = pd.impl_info_str();
        b.isInteger() && name.find("gemm") != std::string::npos) {
        return failure("oneDNN has only " + name + " for it, which scatters zero points one by one");
    }
    const dnnl::memory::desc stored(dims, storedWeightType(b), g.groups == 1 ? Tag::iohw : Tag::giohw);
    QS_ASSIGN(std::string name,
              call<dnnl::deconvolution_forward>(
                  b, pd, weightedArguments(b, memoryOf(x), memoryOf(y), pd.weights_desc(), stored, bias)));
    return addedAfterwards(b, y, std::move(name));
}

}  // namespace

}  // namespace qs::runtime::onednn

namespace qs {

void register_conv_transpose2d(runtime::KernelRegistry& registry) {
    registry.add("conv_transpose2d", {runtime::onednn::lowerConvTranspose2d});
}

}  // namespace qs
