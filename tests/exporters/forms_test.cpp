// Each operator in each format, re-opened in other runtimes, against the engine's own simulation.

#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "exporters/exporter.h"
#include "exporters/onnx/step.h"
#include "exporters/op_cases.h"
#include "exporters/runners.h"
#include "exporters/torchscript/step.h"
#include "ops/op.h"
#include "runtime/executor.h"

namespace qs::test {

namespace {

TEST(Forms, CoverEveryOpEntry) {
    for (const std::string& op : ops().names()) {
        EXPECT_NE(onnxForms().find(op), nullptr) << op;
        EXPECT_NE(torchScriptForms().find(op), nullptr) << op;
    }
}

/// Every operator is seen alone.
TEST(Forms, AreAllTested) {
    std::set<std::string> tested;
    for (const OpCase& one : entryCases()) {
        for (const QNode& node : one.graph.nodes) {
            tested.insert(node.op);
        }
    }
    for (const std::string& op : ops().names()) {
        EXPECT_TRUE(tested.contains(op)) << op;
    }
}

/// The scale of the integers that output `i` is made of, or 0.
double scaleOf(const QuantizedGraph& graph, size_t i) {
    for (const QNode& node : graph.nodes) {
        if (node.op == "dequantize" && node.outputs.at(0) == graph.outputs.at(i)) {
            return graph.value(node.inputs.at(0)).qparams->scale.at(0);
        }
    }
    return 0;
}

/// Integers agree within one step, real numbers within rounding.
void expectAgreement(const OpCase& one, const ForeignRun& run) {
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

/// The cases of one family, all in one process of each runtime.
class Forms : public testing::TestWithParam<std::string> {
  protected:
    std::vector<ForeignJob> exported(const std::string& extension) {
        std::vector<ForeignJob> jobs;
        for (const OpCase& one : cases_) {
            const std::filesystem::path path = folder_ / (one.name + extension);
            const auto written = exportTo(*exporterFor(path).value(), one.graph, {}, path);
            EXPECT_TRUE(written) << one.name << ": " << written.error().message;
            jobs.push_back({path, one.inputs});
        }
        return jobs;
    }

    void expectAgreements(const std::vector<ForeignRun>& runs) {
        for (size_t i = 0; i < runs.size(); ++i) {
            if (runs[i].absent) {
                GTEST_SKIP() << runs[i].log;
            }
            SCOPED_TRACE(cases_[i].name);
            expectAgreement(cases_[i], runs[i]);
        }
    }

    void expectAgreementsInLibTorch(const std::string& engine) {
        std::vector<ForeignRun> runs;
        for (const ForeignJob& job : exported(".pt")) {
            runs.push_back(std::filesystem::exists(job.model) ? runLibTorch(job, engine) : ForeignRun());
        }
        expectAgreements(runs);
    }

    const std::vector<OpCase> cases_ = GetParam() == "entries" ? entryCases() : carriedCases();
    TemporaryFolder folder_;
};

TEST_P(Forms, AgreeInLibTorchWithOneDnn) {
    expectAgreementsInLibTorch("onednn");
}

TEST_P(Forms, AgreeInLibTorchWithQnnpack) {
    expectAgreementsInLibTorch("qnnpack");
}

TEST_P(Forms, AgreeInPython) {
    expectAgreements(runPythonTorch(exported(".pt"), "onednn"));
}

TEST_P(Forms, AgreeInOnnxRuntime) {
    expectAgreements(runOnnxRuntime(exported(".onnx")));
}

INSTANTIATE_TEST_SUITE_P(Families, Forms, testing::Values("entries", "carried"),
                         [](const auto& info) { return info.param; });

}  // namespace

}  // namespace qs::test
