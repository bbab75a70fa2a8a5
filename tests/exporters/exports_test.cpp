// Exported networks, re-opened in other runtimes, against the engine's own simulation.

#include <gtest/gtest.h>

#include "exporters/comparison.h"
#include "exporters/export_case.h"
#include "exporters/runners.h"

namespace qs::test {

namespace {

class Exports : public testing::TestWithParam<ExportCase> {
  protected:
    std::filesystem::path exported(const std::string& extension) {
        return exportCase(GetParam(), folder_ / ("model" + extension));
    }

    /// Kernels that round in the same places as the simulation differ by the last bit of their float32
    /// arithmetic, a tie now and then. Where the format rounds before a residual add, or over many layers,
    /// differences grow.
    void expectAgreement(const ForeignRun& run) {
        if (run.absent) {
            GTEST_SKIP() << run.log;
        }
        ASSERT_TRUE(run.output.defined()) << run.log;
        const Comparison found =
            compareResults(GetParam().graph, runReference(GetParam().graph, GetParam().input), run.output);
        if (GetParam().graph.nodes.size() <= kFewSteps) {
            EXPECT_GE(found.withinOneLsb, 0.999);
            EXPECT_LE(found.worstLsb, 2.001);
        } else {
            EXPECT_LE(found.meanLsb, 1.5);
            EXPECT_LE(found.worstLsb, 6.001);
            EXPECT_EQ(found.sameClass, 1);
        }
    }

    static constexpr size_t kFewSteps = 8;
    TemporaryFolder folder_;
};

TEST_P(Exports, TorchScriptInLibTorchWithOneDnn) {
    expectAgreement(runLibTorch(exported(".pt"), GetParam().input, "onednn"));
}

TEST_P(Exports, TorchScriptInLibTorchWithQnnpack) {
    expectAgreement(runLibTorch(exported(".pt"), GetParam().input, "qnnpack"));
}

TEST_P(Exports, TorchScriptInPythonWithOneDnn) {
    expectAgreement(runPythonTorch(exported(".pt"), GetParam().input, "onednn"));
}

TEST_P(Exports, TorchScriptInPythonWithQnnpack) {
    expectAgreement(runPythonTorch(exported(".pt"), GetParam().input, "qnnpack"));
}

TEST_P(Exports, TorchScriptInPythonWithFbgemm) {
    expectAgreement(runPythonTorch(exported(".pt"), GetParam().input, "fbgemm"));
}

TEST_P(Exports, OnnxInOnnxRuntime) {
    expectAgreement(runOnnxRuntime(exported(".onnx"), GetParam().input));
}

INSTANTIATE_TEST_SUITE_P(Patterns, Exports, testing::ValuesIn(exportCases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace qs::test
