#include "runtime/kernels/integer_operand.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// Each part is a copy of its rows.
Result<std::string> lowerSplit(NodeBuilder& b) {
    QS_ASSIGN(const Operand x, b.input(0));
    const size_t dim = x.axis(b.node().attrs.get<int64_t>("dim"));
    const std::vector<int64_t> sizes = b.node().attrs.ints("sizes");
    const auto element = static_cast<int64_t>(x.bytes()) / std::max<int64_t>(x.count(), 1);
    const int64_t stride = x.innerCount(dim) * element;
    int64_t offset = 0;
    for (size_t i = 0; i < sizes.size(); ++i) {
        Shape shape = x.shape;
        shape[dim] = sizes[i];
        const Operand y = dim == x.innermostAxis() ? b.outputRows(std::move(shape), x.layout, i)
                                                   : b.output(std::move(shape), x.layout, i);
        const int64_t width = y.innerCount(dim) * element;
        const Rows rows{width == 0 ? 0 : static_cast<int64_t>(y.bytes()) / width, width, stride,
                        y.isDense() ? width : y.rowStride * element};
        b.addStep([from = x.buffer, to = y.buffer, rows, offset]() {
            copyRows(bytesOf(from) + offset, static_cast<uint8_t*>(to->data), rows);
        });
        offset += width;
    }
    if (offset != stride) {
        return failure("its parts do not make up the input");
    }
    return std::string("loop");
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_split(runtime::KernelRegistry& registry) {
    registry.add("split", {runtime::lowerSplit});
}

}  // namespace qs
