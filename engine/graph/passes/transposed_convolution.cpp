#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

void open(Graph& graph, NodeId id) {
    // input, weight, bias, stride, padding, dilation, transposed, output_padding, groups, ...
    const auto arguments = carriedArguments(graph.node(id));
    if (arguments.size() < 9 || !arguments[6].constant.isBool() || !arguments[6].constant.toBool()) {
        return;
    }
    std::vector<ValueId> inputs{arguments[0].value, constantValue(graph, arguments[1])};
    if (!inputs[0].valid() || !inputs[1].valid() || graph.constant(inputs[1]).dim() != 4) {
        return;
    }
    if (const ValueId bias = constantValue(graph, arguments[2]); bias.valid()) {
        inputs.push_back(bias);
    } else if (!arguments[2].constant.isNone() || arguments[2].value.valid()) {
        return;
    }
    Attributes attrs;
    for (const auto& [name, position] :
         {std::pair("stride", 3), {"padding", 4}, {"dilation", 5}, {"output_padding", 7}}) {
        const auto list = arguments[static_cast<size_t>(position)].constant.toIntVector();
        attrs.set(name, list.size() == 1 ? std::vector<int64_t>(2, list[0]) : list);
    }
    attrs.set("groups", arguments[8].constant.toInt());
    fuseInto(graph, id, {}, "conv_transpose2d", std::move(attrs), std::move(inputs));
}

}  // namespace

void openTransposedConvolutions(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        if (graph.nodes()[i].op == "aten::_convolution") {
            open(graph, graph.nodes()[i].id);
        }
    }
}

}  // namespace qs
