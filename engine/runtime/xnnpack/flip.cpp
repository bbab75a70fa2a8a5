#include "runtime/xnnpack/flip.h"

#include "runtime/kernels/integer_operand.h"

namespace qs::runtime::xnnpack {

void addFlip(NodeBuilder& b, const Operand& x, const Operand& y) {
    static constexpr ByteTable kFlipped = [] {
        ByteTable table{};
        for (size_t q = 0; q < table.size(); ++q) {
            table[q] = static_cast<uint8_t>(q ^ 0x80);
        }
        return table;
    }();
    b.addStep([from = x.buffer, to = y.buffer, count = x.count()]() {
        lookUp(bytesOf(from), kFlipped, static_cast<uint8_t*>(to->data), count);
    });
}

}  // namespace qs::runtime::xnnpack
