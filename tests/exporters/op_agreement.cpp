#include "exporters/op_agreement.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "runtime/executor.h"

namespace qs::test {

namespace {

/// The scale of the integers that output `i` is made of, or 0.
double scaleOf(const QuantizedGraph& graph, size_t i) {
    for (const QNode& node : graph.nodes) {
        if (node.op == "dequantize" && node.outputs.at(0) == graph.outputs.at(i)) {
            return graph.value(node.inputs.at(0)).qparams->scale.at(0);
        }
    }
    return 0;
}

}  // namespace

void expectOpAgreement(const OpCase& one, const ForeignRun& run) {
    const auto engine = makeReferenceExecutor(one.graph).value();
    const std::vector<at::Tensor> expected = engine->run(one.inputs).value();
    ASSERT_EQ(run.outputs.size(), expected.size()) << run.log;
    for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(run.outputs[i].sizes(), expected[i].sizes());
        const at::Tensor wanted = expected[i].to(at::kDouble), found = run.outputs[i].to(at::kDouble);
        const at::Tensor difference = (wanted - found).abs();
        if (const double scale = scaleOf(one.graph, i); scale > 0) {
            EXPECT_GE(difference.le(1.001 * scale).to(at::kDouble).mean().item<double>(), 0.999);
            EXPECT_LE(difference.max().item<double>(), 2.001 * scale);
        } else {
            EXPECT_LE(difference.max().item<double>(), 1e-5 * wanted.abs().max().item<double>());
        }
    }
}

}  // namespace qs::test
