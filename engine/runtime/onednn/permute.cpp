#include "runtime/onednn/kernel.h"
#include "runtime/onednn/node_builder.h"

namespace qs::onednn {

namespace {

/// A reorder from the input, seen with its axes in the new order, to dense memory.
Result<std::string> lowerPermute(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, std::as_const(b).input(0));
    const std::vector<int64_t> dims = b.node().attrs.ints("dims");
    if (dims.size() != x.shape.size() || dims.size() > DNNL_MAX_NDIMS) {
        return failure("its axes do not fit the input");
    }
    Shape shape;
    std::vector<int> positions(dims.size());  // of the input's axes in the output
    for (size_t i = 0; i < dims.size(); ++i) {
        const size_t from = x.axis(dims[i]);
        shape.push_back(x.shape[from]);
        positions[from] = static_cast<int>(i);
    }
    const Operand y = b.output(std::move(shape), Layout::Contiguous);
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
