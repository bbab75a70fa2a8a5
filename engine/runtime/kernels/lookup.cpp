#include "runtime/kernels/lookup.h"

#include <ATen/ops/empty.h>

#include <array>
#include <cstring>
#include <numeric>

#include "runtime/kernels/integer_operand.h"
#include "runtime/plan/node_builder.h"
#include "runtime/reference/node.h"

namespace qs::runtime {

ByteTable simulatedTable(const NodeBuilder& b) {
    const at::Tensor all = at::empty({256}, byteType(*b.inputQParams(0)));
    auto* bytes = static_cast<uint8_t*>(all.data_ptr());
    std::iota(bytes, bytes + 256, uint8_t{0});
    const at::Tensor results = runReferenceNode(b.graph(), b.node(), std::array{all}).at(0).contiguous();
    ByteTable table;
    std::memcpy(table.data(), results.data_ptr(), table.size());
    return table;
}

Result<std::string> lowerLookup(NodeBuilder& b) {
    if (!b.isInteger()) {
        return failure("floats have no table");
    }
    if (b.node().inputs.size() != 1) {
        return failure("it has several inputs");
    }
    return addTable(b, simulatedTable(b));
}

ByteTable tableOf(const std::function<void(const uint8_t* x, uint8_t* y, int64_t count)>& loop) {
    ByteTable bytes, table;
    std::iota(bytes.begin(), bytes.end(), uint8_t{0});
    loop(bytes.data(), table.data(), static_cast<int64_t>(bytes.size()));
    return table;
}

Result<std::string> addTable(NodeBuilder& b, const ByteTable& table) {
    QS_ASSIGN(const Operand x, b.inputRows(0));
    const Operand y = b.outputRows(x.shape, x.layout);
    b.addStep([from = x.buffer, to = y.buffer, rows = rowsOf(x, y), table]() {
        lookUp(bytesOf(from), table, static_cast<uint8_t*>(to->data), rows);
    });
    return std::string("table");
}

}  // namespace qs::runtime

namespace qs {

void register_lookup(runtime::KernelRegistry& registry) {
    for (const char* op : runtime::kTabulatedOps) {
        registry.add(op, {runtime::lowerLookup});
    }
}

}  // namespace qs
