#include "runtime/onednn/lookup.h"

#include <ATen/ops/empty.h>

#include <array>
#include <cstring>
#include <numeric>

#include "runtime/onednn/eltwise.h"
#include "runtime/onednn/integer_operand.h"
#include "runtime/onednn/node_builder.h"
#include "runtime/reference/node.h"

namespace qs::onednn {

namespace {

/// What the node makes of each of the 256 bytes, taken from the simulation.
ByteTable tabulate(const QuantizedGraph& graph, const QNode& node, at::ScalarType type) {
    const at::Tensor all = at::empty({256}, type);
    auto* bytes = static_cast<uint8_t*>(all.data_ptr());
    std::iota(bytes, bytes + 256, uint8_t{0});
    const at::Tensor results = runReferenceNode(graph, node, std::array{all}).at(0).contiguous();
    ByteTable table;
    std::memcpy(table.data(), results.data_ptr(), table.size());
    return table;
}

}  // namespace

Result<std::string> lowerLookup(NodeBuilder& b) {
    const QNode& node = b.node();
    if (!b.isInteger()) {
        return failure("floats have no table");
    }
    if (node.inputs.size() != 1) {
        return failure("it has several inputs");
    }
    return addTable(b, tabulate(b.graph(), node, byteType(*b.inputQParams(0))));
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
    b.addStep([from = x.buffer, to = y.buffer, rows = rowsOf(x, y), table](const dnnl::stream&) {
        lookUp(bytesOf(from), table, static_cast<uint8_t*>(to->data), rows);
    });
    return std::string("table");
}

}  // namespace qs::onednn

namespace qs {

void register_lookup(onednn::KernelRegistry& registry) {
    for (const char* op : {"elu", "gelu", "hard_sigmoid", "hard_swish", "leaky_relu", "silu", "tanh"}) {
        registry.add(op, {onednn::lowerLookup, onednn::lowerEltwise});
    }
}

}  // namespace qs
