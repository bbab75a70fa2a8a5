#include "runtime/onednn/kernel.h"
#include "runtime/onednn/node_builder.h"

namespace qs::onednn {

namespace {

/// Whether elements lie the same way; how far apart an axis of one element says nothing.
bool liesLike(const Shape& shape, const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
    for (size_t d = 0; d < shape.size(); ++d) {
        if (shape[d] != 1 && a[d] != b[d]) {
            return false;
        }
    }
    return true;
}

/// Free where the input, seen with its axes in the new order, lies as one of the layouts does: from N, H, W,
/// C to N, C, H, W, say. Else a reorder to dense memory.
Result<std::string> lowerPermute(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0));
    const std::vector<int64_t> dims = b.node().attrs.ints("dims");
    if (dims.size() != x.shape.size() || dims.size() > DNNL_MAX_NDIMS) {
        return failure("its axes do not fit the input");
    }
    Operand view{x.buffer, {}, x.type, Layout::Contiguous};
    std::vector<int64_t> strides;
    std::vector<int> positions(dims.size());  // of the input's axes in the output
    for (size_t i = 0; i < dims.size(); ++i) {
        const size_t from = x.axis(dims[i]);
        view.shape.push_back(x.shape[from]);
        strides.push_back(x.strides()[from]);
        positions[from] = static_cast<int>(i);
    }
    for (const Layout layout : {Layout::ChannelsLast, Layout::Contiguous}) {
        view.layout = layout;
        if ((layout == Layout::Contiguous || view.shape.size() == 4) &&
            liesLike(view.shape, strides, view.strides())) {
            b.aliasOutput(view);
            return std::string("view");
        }
    }
    const Operand y = b.output(view.shape, Layout::Contiguous);
    const dnnl::memory::desc seen = x.desc().permute_axes(positions);
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::reorder::primitive_desc pd(cpuEngine(), seen, cpuEngine(), y.desc(), attr);
    return b.call<dnnl::reorder>(pd, {{DNNL_ARG_FROM, x.memory(seen)}, {DNNL_ARG_TO, y.memory()}});
}

}  // namespace

}  // namespace qs::onednn

namespace qs {

void register_permute(onednn::KernelRegistry& registry) {
    registry.add("permute", {onednn::lowerPermute});
}

}  // namespace qs
