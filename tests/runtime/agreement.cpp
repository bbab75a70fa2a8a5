#include "runtime/agreement.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/match.h"
#include "runtime/reference/node.h"

namespace qs::test {

void Agreement::add(const at::Tensor& a, const at::Tensor& b) {
    const at::Tensor distance = (a.to(at::kInt) - b.to(at::kInt)).abs();
    count += distance.numel();
    equal += (distance == 0).sum().item<int64_t>();
    within1 += (distance <= 1).sum().item<int64_t>();
}

void expectMatchesReference(Executor& executor, size_t node, std::span<const at::Tensor> inputs,
                            Agreement* total) {
    const QuantizedGraph& graph = executor.graph();
    const auto actual = executor.runNode(node, inputs);
    ASSERT_TRUE(actual) << actual.error().message;
    const auto expected = runReferenceNode(graph, graph.nodes[node], inputs);
    ASSERT_EQ(actual->size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
        const at::Tensor &a = actual->at(i), &e = expected[i];
        ASSERT_EQ(a.sizes(), e.sizes());
        ASSERT_EQ(a.scalar_type(), e.scalar_type());
        if (e.scalar_type() == at::kFloat) {
            const float scale = e.abs().max().item<float>();
            EXPECT_LE((a - e).abs().max().item<float>(), 1e-5F * scale) << graph.nodes[node].layer;
            continue;
        }
        Agreement agreement;
        agreement.add(a, e);
        EXPECT_GE(agreement.within1Share(), 0.999)
            << graph.nodes[node].layer << ": exact on " << 100 * agreement.exactShare() << " %";
        if (total) {
            total->add(a, e);
        }
    }
}

std::string implementationOf(Executor& executor, size_t node, std::span<const at::Tensor> graphInputs) {
    const auto profile = executor.profile(graphInputs, 0, 1);
    EXPECT_TRUE(profile);
    if (!profile) {
        return {};
    }
    const auto step = std::ranges::find_if(profile->nodes, [node](const NodeTime& time) {
        return time.node == node && time.kind == NodeTime::Kind::Step;
    });
    if (step == profile->nodes.end()) {
        return {};
    }
    return step->implementation == "reference" ? "reference (" + join(step->refusals, "; ") + ")"
                                               : step->implementation;
}

}  // namespace qs::test
