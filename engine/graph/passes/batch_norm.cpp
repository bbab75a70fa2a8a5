#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>

#include "graph/passes/passes.h"
#include "graph/passes/rewrite.h"

namespace qs {

namespace {

bool isNone(const CarriedArgument& argument) {
    return !argument.value.valid() && argument.constant.isNone();
}

void open(Graph& graph, NodeId id) {
    // input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled
    const auto arguments = carriedArguments(graph.node(id));
    if (arguments.size() != 9 || !arguments[5].constant.isBool() || arguments[5].constant.toBool() ||
        !arguments[6].constant.isDouble() || !arguments[7].constant.isDouble() || !isNone(arguments[1]) ||
        !isNone(arguments[2])) {
        return;
    }
    const ValueId x = arguments[0].value;
    const ValueId mean = constantValue(graph, arguments[3]), variance = constantValue(graph, arguments[4]);
    if (!x.valid() || !mean.valid() || !variance.valid()) {
        return;
    }
    const ValueId weight = graph.addConstant("", at::ones_like(graph.constant(mean)));
    const ValueId bias = graph.addConstant("", at::zeros_like(graph.constant(mean)));
    Attributes attrs;
    attrs.set("eps", arguments[7].constant.toDouble());
    attrs.set("momentum", arguments[6].constant.toDouble());
    attrs.set("affine", false);
    if (const Attribute* batches = graph.node(id).attrs.find("batches")) {
        attrs.set("batches", *batches);
    }
    fuseInto(graph, id, {}, "batch_norm", std::move(attrs), {x, weight, bias, mean, variance});
}

}  // namespace

void openBatchNorms(Graph& graph) {
    for (size_t i = 0; i < graph.nodes().size(); ++i) {
        if (graph.nodes()[i].op == "aten::batch_norm") {
            open(graph, graph.nodes()[i].id);
        }
    }
}

}  // namespace qs
