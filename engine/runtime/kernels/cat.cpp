#include "runtime/kernels/integer_operand.h"
#include "runtime/plan/kernel.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

namespace {

/// What fills some of the result: one input, or what an earlier concatenation made of several.
struct Part {
    size_t input;  ///< the first
    size_t inputs;
    Operand operand;
};

/// `rows`: whether space between rows will do.
Result<std::vector<Part>> partsOf(NodeBuilder& b, Layout layout, bool rows) {
    std::vector<Part> parts;
    for (size_t i = 0; i < b.node().inputs.size(); i += parts.back().inputs) {
        if (auto run = b.runFrom(i)) {
            run->first.layout = layout;  // in which its elements lie the same way
            parts.push_back({i, run->second, std::move(run->first)});
        } else {
            QS_ASSIGN(Operand operand, rows ? b.inputRows(i, layout) : b.input(i, layout));
            parts.push_back({i, 1, std::move(operand)});
        }
    }
    return parts;
}

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
    b.addStep([from = part.buffer, to = y.buffer, rows, offset = at.offset * bytes]() {
        copyRows(bytesOf(from), static_cast<uint8_t*>(to->data) + offset, rows);
    });
}

void requantizePart(NodeBuilder& b, size_t index, const Operand& part, const Operand& y, const Along& at) {
    const QParams &p = *b.inputQParams(index), &q = *b.outputQParams();
    b.addStep([from = part.buffer, to = y.buffer, rows = partRows(part, y, at.dim), offset = at.offset,
               source = integerSource(p, p.scale[0] / q.scale[0]),
               target = integerTarget(q, realBounds(b.node()))]() mutable {
        source.data = bytesOf(from);
        target.data = static_cast<uint8_t*>(to->data) + offset;
        requantizeRows(source, target, rows);
    });
}

std::string nameOf(size_t inPlace, size_t parts) {
    if (inPlace == 0) {
        return "loop";
    }
    return inPlace == parts
               ? "in place"
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
    QS_ASSIGN(const std::vector<Part> parts, partsOf(b, first.layout, ofRows));
    Shape shape = first.shape;
    shape[at.dim] = 0;
    for (const Part& part : parts) {
        shape[at.dim] += part.operand.shape[at.dim];
    }
    const Operand y = ofRows ? b.outputRows(shape, first.layout) : b.output(shape, first.layout);
    size_t inPlace = 0;
    int64_t copied = 0;
    for (const Part& part : parts) {
        const bool same =
            part.inputs > 1 || sharesGrid(b, part.input);  // an earlier result has the same grid
        if (same && liesIn(part.operand, y, at)) {
            inPlace += part.inputs;
        } else {
            copied += static_cast<int64_t>(part.operand.bytes());
            same ? copyPart(b, part.operand, y, at) : requantizePart(b, part.input, part.operand, y, at);
        }
        at.offset += part.operand.innerCount(at.dim);
    }
    b.setMovedBytes(2 * copied);
    return nameOf(inPlace, b.node().inputs.size());
}

}  // namespace

}  // namespace qs::runtime

namespace qs {

void register_cat(runtime::KernelRegistry& registry) {
    registry.add("cat", {runtime::lowerCat});
}

}  // namespace qs
