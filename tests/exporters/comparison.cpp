#include "exporters/comparison.h"

#include <ATen/TensorOperators.h>

#include <array>
#include <stdexcept>

#include "runtime/executor.h"

namespace qs::test {

namespace {

/// Scale of the value that the graph's last dequantize step reads.
double lastScale(const QuantizedGraph& graph) {
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
        if (node->op == "dequantize") {
            return graph.value(node->inputs.at(0)).qparams->scale.at(0);
        }
    }
    throw std::invalid_argument("the graph has no integer value");
}

}  // namespace

Comparison compareResults(const QuantizedGraph& graph, const at::Tensor& expected, const at::Tensor& actual) {
    const at::Tensor a = expected.flatten(1), b = actual.flatten(1);
    const at::Tensor lsb = (a - b).abs() / lastScale(graph);
    return {.worstLsb = lsb.max().item<double>(),
            .meanLsb = lsb.mean().item<double>(),
            .withinOneLsb = lsb.le(1.001).to(at::kDouble).mean().item<double>(),
            .sameClass = a.argmax(1).eq(b.argmax(1)).to(at::kDouble).mean().item<double>()};
}

at::Tensor runReference(const QuantizedGraph& graph, const at::Tensor& input) {
    const auto executor = makeReferenceExecutor(graph).value();
    return executor->run(std::array{input}).value().at(0);
}

}  // namespace qs::test
