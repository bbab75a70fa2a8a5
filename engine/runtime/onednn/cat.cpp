#include "runtime/onednn/integer_operand.h"
#include "runtime/onednn/kernel.h"
#include "runtime/onednn/node_builder.h"

namespace qs::onednn {

namespace {

/// The axis of a concatenation, and where one part begins along it.
struct Along {
    size_t dim;
    int64_t offset = 0;  ///< in elements of the result
};

/// Whether what makes `part` has put it where the result wants it.
bool liesIn(const Operand& part, const Operand& y, const Along& at) {
    const size_t offset = y.buffer->offset + static_cast<size_t>(at.offset) * c10::elementSize(y.type);
    const bool onePiece = y.innerCount(at.dim) == y.count();
    return part.buffer->whole && part.buffer->whole == y.buffer->whole && part.buffer->offset == offset &&
           (onePiece || part.rowStride == y.pitch());
}

/// What lies side by side of one part, and how far apart in the part and in the result.
Rows partRows(const Operand& part, const Operand& y, size_t dim) {
    const int64_t width = part.innerCount(dim);
    return {width == 0 ? 0 : part.count() / width, width, part.isDense() ? width : part.rowStride,
            y.isDense() ? y.innerCount(dim) : y.rowStride};
}

bool sharesGrid(const NodeBuilder& b, size_t index) {
    return !b.isInteger() || *b.inputQParams(index) == *b.outputQParams();
}

void copyPart(NodeBuilder& b, const Operand& part, const Operand& y, const Along& at) {
    const auto bytes = static_cast<int64_t>(c10::elementSize(y.type));
    Rows rows = partRows(part, y, at.dim);
    for (int64_t* elements : {&rows.width, &rows.xPitch, &rows.yPitch}) {
        *elements *= bytes;
    }
    b.addStep([from = part.buffer, to = y.buffer, rows, offset = at.offset * bytes](const dnnl::stream&) {
        copyRows(bytesOf(from), static_cast<uint8_t*>(to->data) + offset, rows);
    });
}

void requantizePart(NodeBuilder& b, size_t index, const Operand& part, const Operand& y, const Along& at) {
    const QParams &p = *b.inputQParams(index), &q = *b.outputQParams();
    b.addStep([from = part.buffer, to = y.buffer, rows = partRows(part, y, at.dim), offset = at.offset,
               source = integerSource(part, p, p.scale[0] / q.scale[0]),
               target = integerTarget(y, q, realBounds(b.node()))](const dnnl::stream&) mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data) + offset;
        requantizeRows(source, target, rows);
    });
}

std::string nameOf(size_t inPlace, size_t parts) {
    if (inPlace == 0) {
        return "loop";
    }
    return inPlace == parts ? "in place"
                            : "loop, " + std::to_string(inPlace) + " of " + std::to_string(parts) + " parts in place";
}

/// Parts that lie in the result already need nothing; the others are copied there, requantized on the way
/// where their qparams differ from the result's.
Result<std::string> lowerCat(NodeBuilder& b) {
    if (!b.node().constants.empty()) {
        return failure("one part is a constant");
    }
    QS_ASSIGN(const Operand first, b.inputRows(0));
    Along at{first.axis(b.node().attrs.get<int64_t>("dim"))};
    const bool ofRows = at.dim == first.innermostAxis();
    std::vector<Operand> parts;
    Shape shape = first.shape;
    shape[at.dim] = 0;
    for (size_t i = 0; i < b.node().inputs.size(); ++i) {
        QS_ASSIGN(Operand part, ofRows ? b.inputRows(i, first.layout) : b.input(i, first.layout));
        shape[at.dim] += part.shape[at.dim];
        parts.push_back(std::move(part));
    }
    const Operand y = ofRows ? b.outputRows(shape, first.layout) : b.output(shape, first.layout);
    size_t inPlace = 0;
    int64_t copied = 0;
    for (size_t i = 0; i < parts.size();) {
        const auto run = b.runFrom(i);
        if (run && liesIn(run->first, y, at)) {
            at.offset += run->first.innerCount(at.dim);
            inPlace += run->second;
            i += run->second;
            continue;
        }
        if (sharesGrid(b, i) && liesIn(parts[i], y, at)) {
            ++inPlace;
        } else {
            copied += static_cast<int64_t>(parts[i].bytes());
            sharesGrid(b, i) ? copyPart(b, parts[i], y, at) : requantizePart(b, i, parts[i], y, at);
        }
        at.offset += parts[i].innerCount(at.dim);
        ++i;
    }
    b.setMovedBytes(2 * copied);
    return nameOf(inPlace, parts.size());
}

}  // namespace

}  // namespace qs::onednn

namespace qs {

void register_cat(onednn::KernelRegistry& registry) {
    registry.add("cat", {onednn::lowerCat});
}

}  // namespace qs
