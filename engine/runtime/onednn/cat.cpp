#include "runtime/onednn/integer_operand.h"
#include "runtime/onednn/kernel.h"
#include "runtime/onednn/node_builder.h"

namespace qs::onednn {

namespace {

/// One part's rows go to where they belong among those of the others.
void addPart(NodeBuilder& b, size_t index, const Operand& part, const Operand& y, int64_t width,
             int64_t offset, int64_t stride) {
    const int64_t rows = width == 0 ? 0 : part.count() / width;
    const auto bytes = static_cast<int64_t>(b.isInteger() ? 1 : sizeof(float));
    if (!b.isInteger() || *b.inputQParams(index) == *b.outputQParams()) {
        b.addStep([from = part.buffer, to = y.buffer, rows, width = width * bytes, offset = offset * bytes,
                   stride = stride * bytes](const dnnl::stream&) {
            scatterRows(bytesOf(from), static_cast<uint8_t*>(to->data) + offset, rows, width, stride);
        });
        return;
    }
    const QParams &p = *b.inputQParams(index), &q = *b.outputQParams();
    b.addStep([from = part.buffer, to = y.buffer, rows, width, offset, stride,
               source = integerSource(part, p, p.scale[0] / q.scale[0]),
               target = integerTarget(y, q, realBounds(b.node()))](const dnnl::stream&) mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data) + offset;
        requantizeRows(source, target, rows, width, stride);
    });
}

/// Copies the parts, requantizing those whose qparams differ from the result's on the way.
Result<std::string> lowerCat(NodeBuilder& b) {
    if (!b.node().constants.empty()) {
        return failure("one part is a constant");
    }
    QS_ASSIGN(const Operand first, std::as_const(b).input(0));
    const size_t dim = first.axis(b.node().attrs.get<int64_t>("dim"));
    std::vector<Operand> parts;
    Shape shape = first.shape;
    shape[dim] = 0;
    for (size_t i = 0; i < b.node().inputs.size(); ++i) {
        QS_ASSIGN(Operand part, b.input(i, first.layout));
        shape[dim] += part.shape[dim];
        parts.push_back(std::move(part));
    }
    const Operand y = b.output(shape, first.layout);
    const int64_t stride = y.innerCount(dim);
    int64_t offset = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
        const int64_t width = parts[i].innerCount(dim);
        addPart(b, i, parts[i], y, width, offset, stride);
        offset += width;
    }
    return std::string("loop");
}

}  // namespace

}  // namespace qs::onednn

namespace qs {

void register_cat(onednn::KernelRegistry& registry) {
    registry.add("cat", {onednn::lowerCat});
}

}  // namespace qs
