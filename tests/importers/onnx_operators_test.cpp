#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "exporters/runners.h"
#include "importers/operator_cases.h"
#include "ops/evaluate.h"

namespace qs::test {
namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;

class OnnxOperator : public testing::TestWithParam<OperatorCase> {
  protected:
    OnnxOperator() : x_(numbers(GetParam().input).mul(1.5)) {}

    static ::onnx::ModelProto model() {
        const OperatorCase& parameter = GetParam();
        return parseModel(parameter.opset, parameter.input, parameter.nodes, parameter.weights);
    }

    /// The imported network's result.
    Tensor ours() const {
        auto imported = importModel(model());
        if (!imported) {
            ADD_FAILURE() << imported.error().message;
            return {};
        }
        auto outputs = evaluate(imported->graph, std::span(&x_, 1));
        if (!outputs) {
            ADD_FAILURE() << outputs.error().message << imported->graph.dump();
            return {};
        }
        return outputs->at(0);
    }

    Tensor x_;
};

TEST_P(OnnxOperator, EqualsATen) {
    if (!GetParam().expected) {
        GTEST_SKIP() << "compared with ONNX Runtime only";
    }
    Tensors weights;
    for (const Weight& weight : GetParam().weights) {
        weights.push_back(numbers(weight.shape));
    }
    const Tensor wanted = GetParam().expected(x_, weights);
    const Tensor result = ours();
    ASSERT_TRUE(result.defined());
    ASSERT_EQ(result.sizes(), wanted.sizes());
    EXPECT_TRUE(at::allclose(result, wanted, 1e-4, 1e-5)) << result << wanted;
}

TEST_P(OnnxOperator, EqualsOnnxRuntime) {
    const TemporaryFolder folder;
    save(model(), folder / "model.onnx");
    const ForeignRun run = runOnnxRuntime(folder / "model.onnx", x_);
    if (run.absent) {
        GTEST_SKIP() << run.log;
    }
    ASSERT_TRUE(run.output.defined()) << run.log;
    const Tensor result = ours();
    ASSERT_TRUE(result.defined());
    ASSERT_EQ(result.numel(), run.output.numel());
    EXPECT_TRUE(at::allclose(result.flatten(), run.output.flatten(), 1e-4, 1e-5)) << result << run.output;
}

INSTANTIATE_TEST_SUITE_P(All, OnnxOperator, testing::ValuesIn(operatorCases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace qs::test
