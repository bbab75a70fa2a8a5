// Exported networks, re-opened in other runtimes, against the engine's own simulation.

#include <gtest/gtest.h>

#include "exporters/comparison.h"
#include "exporters/exporter.h"
#include "exporters/runners.h"
#include "support/export_graphs.h"

namespace qs::test {

namespace {

class Exports : public testing::TestWithParam<ExportCase> {
  protected:
    /// The network exported to a file with that extension.
    std::filesystem::path exported(const std::string& extension) {
        const std::filesystem::path path = folder_ / ("model" + extension);
        const ExportOptions options{GetParam().input.sizes().vec(), "{}"};
        const Status written = exporterFor(path).value()->write(GetParam().graph, options, path);
        EXPECT_TRUE(written) << written.error().message;
        return path;
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
        const bool deep = GetParam().graph.nodes.size() > 8;
        EXPECT_GE(found.withinOneLsb, deep ? 0.75 : 0.999);
        EXPECT_LE(found.worstLsb, deep ? 6.001 : 2.001);
        std::printf("worst %.2f LSB, within one %.2f %%, same class %.1f %%\n", found.worstLsb,
                    100 * found.withinOneLsb, 100 * found.sameClass);
    }

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

TEST_P(Exports, OnnxInOnnxRuntime) {
    expectAgreement(runOnnxRuntime(exported(".onnx"), GetParam().input));
}

INSTANTIATE_TEST_SUITE_P(Patterns, Exports, testing::ValuesIn(exportCases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace qs::test
