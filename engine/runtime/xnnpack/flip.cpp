#include "runtime/xnnpack/flip.h"

#include "runtime/onednn/integer_operand.h"

namespace qs::xnnpack {

void addFlip(NodeBuilder& b, const Operand& x, const Operand& y) {
    static constexpr onednn::ByteTable kFlipped = [] {
        onednn::ByteTable table{};
        for (size_t q = 0; q < table.size(); ++q) {
            table[q] = static_cast<uint8_t>(q ^ 0x80);
        }
        return table;
    }();
    b.addStep([from = x.buffer, to = y.buffer, count = x.count()](const dnnl::stream&) {
        onednn::lookUp(onednn::bytesOf(from), kFlipped, static_cast<uint8_t*>(to->data), count);
    });
}

}  // namespace qs::xnnpack
