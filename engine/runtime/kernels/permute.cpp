#include "runtime/loops/strided_copy.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

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
/// C to N, C, H, W, say. Else a copy to dense memory.
Result<std::string> lowerPermute(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0));
    const std::vector<int64_t> dims = b.node().attrs.ints("dims");
    if (dims.size() != x.shape.size()) {
        return failure("its axes do not fit the input");
    }
    Operand view{x.buffer, {}, x.type, Layout::Contiguous};
    std::vector<int64_t> strides;
    for (size_t i = 0; i < dims.size(); ++i) {
        const size_t from = x.axis(dims[i]);
        view.shape.push_back(x.shape[from]);
        strides.push_back(x.strides()[from]);
    }
    for (const Layout layout : {Layout::ChannelsLast, Layout::Contiguous}) {
        view.layout = layout;
        if ((layout == Layout::Contiguous || hasChannelsLast(view.shape)) &&
            liesLike(view.shape, strides, view.strides())) {
            b.aliasOutput(view);
            return std::string("view");
        }
    }
    const Operand y = b.output(view.shape, Layout::Contiguous);
    b.addStep([from = x.buffer, to = y.buffer,
               copy = StridedCopy(y.shape, strides, y.strides(), c10::elementSize(x.type))] {
        copy.run(from->data, to->data);
    });
    return std::string("loop");
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_permute(runtime::KernelRegistry& registry) {
    registry.add("permute", {runtime::lowerPermute});
}

}  // namespace qs
