#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

void openConstantOperands(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const NodeId id = graph.nodes()[i].id;
        const auto operand = constantOperand(graph, graph.node(id));
        const bool carried = graph.node(id).op.starts_with("aten::");
        if (!operand || !carried || operand->constantFirst || operand->op == "pow" ||
            graph.value(operand->x).dtype != at::kFloat) {
            continue;
        }
        const at::Tensor& c = operand->constant;
        const bool isSum = operand->op == "add" || operand->op == "sub";
        const at::Tensor constant = operand->op == "sub"   ? c.neg()
                                    : operand->op == "div" ? c.reciprocal()
                                                           : c;
        fuseInto(graph, id, {}, isSum ? "add" : "mul", {},
                 {operand->x, graph.addConstant("", constant.contiguous())});
    }
}

}  // namespace qs
