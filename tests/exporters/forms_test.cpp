// Each operator in each format, re-opened in other runtimes, against the engine's own simulation.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "exporters/export_case.h"
#include "exporters/exporter.h"
#include "exporters/onnx/step.h"
#include "exporters/op_agreement.h"
#include "exporters/op_cases.h"
#include "exporters/runners.h"
#include "exporters/torchscript/step.h"
#include "ops/op.h"

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

/// What no operator of a target rounds to is refused by its layer's name.
TEST(Forms, WhatNoTargetRoundsToIsRefused) {
    const TemporaryFolder folder;
    size_t tried = 0;
    for (const OpCase& one : entryCases()) {
        QuantizedGraph graph = one.graph;
        for (QNode& node : graph.nodes) {
            const bool isDynamic = node.op == "dynamic_fake_quantize";
            if (!isDynamic && node.op != "fake_quantize") {
                continue;
            }
            node.attrs.set("dtype", std::string(isDynamic ? "binary" : "float8_e4m3"));
            for (const char* extension : {".pt", ".onnx"}) {
                const auto path = folder / (one.name + extension);
                const auto written = exportTo(*exporterFor(path).value(), graph, {}, path);
                ASSERT_FALSE(written) << path;
                EXPECT_NE(written.error().message.find("layer " + node.layer), std::string::npos)
                    << written.error().message;
                ++tried;
            }
        }
    }
    EXPECT_GE(tried, 8U);
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
            expectOpAgreement(cases_[i], runs[i]);
        }
    }

    void expectAgreementsInLibTorch(const std::string& engine) {
        std::vector<ForeignRun> runs;
        const std::vector<ForeignJob> jobs = exported(".pt");
        for (size_t i = 0; i < jobs.size(); ++i) {
            if (engine == "qnnpack" && !loadsOnQnnpack(cases_[i].graph)) {
                EXPECT_THROW(runLibTorch(jobs[i], engine), c10::Error);
                runs.push_back(runLibTorch(jobs[i], "onednn"));
            } else {
                runs.push_back(std::filesystem::exists(jobs[i].model) ? runLibTorch(jobs[i], engine)
                                                                      : ForeignRun());
            }
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
