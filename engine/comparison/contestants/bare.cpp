#include "comparison/bare_primitives.h"
#include "comparison/in_process.h"
#include "core/guard.h"
#include "runtime/executor.h"

namespace qs {

namespace {

/// Extents of every value, by its id, as the network computes them from `inputs`.
Result<std::vector<Shape>> shapesOf(const QuantizedGraph& graph, const std::vector<at::Tensor>& inputs) {
    QS_ASSIGN(const auto executor, makeOneDnnExecutor(graph));
    std::vector<Shape> shapes(graph.values.size());
    for (size_t i = 0; i < inputs.size(); ++i) {
        shapes[static_cast<size_t>(graph.inputs.at(i).index)] = inputs[i].sizes().vec();
    }
    QS_TRY(executor->run(inputs, [&](size_t node, std::span<const at::Tensor> produced) {
        for (size_t i = 0; i < produced.size(); ++i) {
            shapes[static_cast<size_t>(graph.nodes[node].outputs[i].index)] = produced[i].sizes().vec();
        }
    }));
    return shapes;
}

Result<std::unique_ptr<Runner>> makeBare(const QuantizedGraph& graph, const std::vector<at::Tensor>& inputs) {
    QS_ASSIGN(const std::vector<Shape> shapes, shapesOf(graph, inputs));
    QS_ASSIGN(const auto primitives, guard("oneDNN has no bare primitive for a layer",
                                           [&] { return std::make_shared<BarePrimitives>(graph, shapes); }));
    if (primitives->count() == 0) {
        return failure("the network has no convolution and no linear layer");
    }
    return makeInProcessRunner(oneDnnVersion(), std::to_string(primitives->count()) + " primitives",
                               [primitives] {
                                   primitives->run();
                                   return Status();
                               });
}

}  // namespace

void register_bare(Registry<Contestant>& registry) {
    registry.add(
        "bare-int8",
        {"sum of the bare oneDNN primitives of the convolutions and linear layers, as quantized",
         [](const ComparisonSubject& subject) { return makeBare(subject.integer, subject.inputs); }});
    registry.add("bare-fp32",
                 {"sum of the bare oneDNN primitives of the convolutions and linear layers, in FP32",
                  [](const ComparisonSubject& subject) { return makeBare(subject.real, subject.inputs); }});
}

}  // namespace qs
