#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

void fuseBias(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        const NodeId id = graph.nodes()[i].id;
        const auto added = constantOperand(graph, graph.node(id));
        const Node* convolution = added && added->op == "add" ? soleProducer(graph, added->x) : nullptr;
        if (!convolution || !isConvolution(*convolution)) {
            continue;
        }
        at::Tensor bias = perChannel(graph, *convolution, added->constant);
        if (!bias.defined()) {
            continue;
        }
        std::vector<ValueId> inputs = convolution->inputs;
        if (inputs.size() > 2) {
            bias = bias.add(graph.constant(inputs[2]));
            inputs.pop_back();
        }
        const NodeId members[] = {convolution->id, id};
        const std::string op = convolution->op;
        Attributes attrs = convolution->attrs;
        inputs.push_back(graph.addConstant("", bias.contiguous()));
        fuseInto(graph, id, members, op, std::move(attrs), std::move(inputs));
    }
}

}  // namespace qs
