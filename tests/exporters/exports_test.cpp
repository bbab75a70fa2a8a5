// Exported networks, re-opened in other runtimes, against the engine's own simulation.

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "exporters/comparison.h"
#include "exporters/export_case.h"
#include "exporters/runners.h"

namespace qs::test {

namespace {

const std::vector<ExportCase>& networks() {
    static const std::vector<ExportCase> all = exportCases();
    return all;
}

using RunAll = std::function<std::vector<ForeignRun>(const std::vector<ForeignJob>&)>;

class Exports : public testing::TestWithParam<ExportCase> {
  protected:
    std::filesystem::path exported(const std::string& extension) {
        return exportCase(GetParam(), folder_ / ("model" + extension));
    }

    /// What a runtime in a process of its own made of this network. All networks run in one such process when
    /// the first is asked for: it takes longer to start than to run them.
    static const ForeignRun& among(const std::string& runtime, const std::string& extension,
                                   const RunAll& runAll) {
        static std::map<std::string, std::map<std::string, ForeignRun>> byRuntime;
        auto& runs = byRuntime[runtime];
        if (runs.empty()) {
            const TemporaryFolder folder;
            std::vector<ForeignJob> jobs;
            std::vector<std::string> names;
            for (const ExportCase& network : networks()) {
                if (runtime != "qnnpack" || loadsOnQnnpack(network.graph)) {
                    names.push_back(network.name);
                    jobs.push_back(
                        {exportCase(network, folder / (network.name + extension)), {network.input}});
                }
            }
            const std::vector<ForeignRun> all = runAll(jobs);
            for (size_t i = 0; i < all.size(); ++i) {
                runs.emplace(names[i], all[i]);
            }
        }
        return runs.at(GetParam().name);
    }
    static const ForeignRun& amongPythonTorch(const std::string& engine) {
        return among(engine, ".pt", [&](const auto& jobs) { return runPythonTorch(jobs, engine); });
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
    if (!loadsOnQnnpack(GetParam().graph)) {
        EXPECT_THROW(runLibTorch(exported(".pt"), GetParam().input, "qnnpack"), c10::Error);
        return;
    }
    expectAgreement(runLibTorch(exported(".pt"), GetParam().input, "qnnpack"));
}

TEST_P(Exports, TorchScriptInPythonWithOneDnn) {
    expectAgreement(amongPythonTorch("onednn"));
}

TEST_P(Exports, TorchScriptInPythonWithQnnpack) {
    if (!loadsOnQnnpack(GetParam().graph)) {
        GTEST_SKIP() << "QNNPACK has no three-dimensional convolutions in files";
    }
    expectAgreement(amongPythonTorch("qnnpack"));
}

TEST_P(Exports, TorchScriptInPythonWithFbgemm) {
    expectAgreement(amongPythonTorch("fbgemm"));
}

TEST_P(Exports, OnnxInOnnxRuntime) {
    expectAgreement(among("onnxruntime", ".onnx", [](const auto& jobs) { return runOnnxRuntime(jobs); }));
}

INSTANTIATE_TEST_SUITE_P(Patterns, Exports, testing::ValuesIn(networks()),
                         [](const auto& info) { return info.param.name; });

}  // namespace

}  // namespace qs::test
