// Every ONNX target: what it writes computes in ONNX Runtime what the network computes, at every opset, and
// is placed as the target's runtime fuses it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>

#include "exporters/comparison.h"
#include "exporters/export_case.h"
#include "exporters/exporter.h"
#include "exporters/fused_graph.h"
#include "exporters/onnx/builder.h"
#include "exporters/op_agreement.h"
#include "exporters/runners.h"

namespace qs::test {

namespace {

using testing::HasSubstr;

std::vector<std::string> onnxTargets() {
    std::vector<std::string> names;
    for (const auto& [name, exporter] : exporters().entries()) {
        if (exporter.extension == ".onnx") {
            names.push_back(name);
        }
    }
    return names;
}

std::string testName(std::string target) {
    std::replace(target.begin(), target.end(), '-', '_');
    return target;
}

/// Cases of single ops, all in one process of ONNX Runtime.
class OpCases {
  public:
    void add(std::vector<OpCase> cases) {
        cases_.insert(cases_.end(), std::make_move_iterator(cases.begin()),
                      std::make_move_iterator(cases.end()));
    }
    std::vector<OpCase>& cases() { return cases_; }

    void expectAgreement(const std::string& target, int opset) {
        std::vector<ForeignJob> jobs;
        for (OpCase& one : cases_) {
            one.graph = forTarget(one.graph, target);
            const auto path = folder_ / (one.name + ".onnx");
            const auto written = exportTo(*exporters().find(target), one.graph, {.opset = opset}, path);
            EXPECT_TRUE(written) << one.name << ": " << written.error().message;
            jobs.push_back({path, one.inputs});
        }
        const std::vector<ForeignRun> runs = runOnnxRuntime(jobs);
        for (size_t i = 0; i < runs.size(); ++i) {
            if (runs[i].absent) {
                GTEST_SKIP() << runs[i].log;
            }
            SCOPED_TRACE(cases_[i].name);
            expectOpAgreement(cases_[i], runs[i]);
        }
    }

  private:
    std::vector<OpCase> cases_;
    TemporaryFolder folder_;
};

class EveryTarget : public testing::TestWithParam<std::string> {};

TEST_P(EveryTarget, WritesWhatEachOpComputes) {
    OpCases cases;
    cases.add(entryCases());
    cases.expectAgreement(GetParam(), 0);
}

TEST_P(EveryTarget, WritesWhatNetworksCompute) {
    const TemporaryFolder folder;
    constexpr size_t kFewSteps = 8;
    std::vector<ForeignJob> jobs;
    std::vector<ExportCase> cases = exportCases();
    for (ExportCase& one : cases) {
        one.graph = forTarget(one.graph, GetParam());
        const auto path = folder / (one.name + ".onnx");
        const auto written = exportTo(*exporters().find(GetParam()), one.graph, {}, path);
        ASSERT_TRUE(written) << one.name << ": " << written.error().message;
        jobs.push_back({path, {one.input}});
    }
    const std::vector<ForeignRun> runs = runOnnxRuntime(jobs);
    for (size_t i = 0; i < runs.size(); ++i) {
        if (runs[i].absent) {
            GTEST_SKIP() << runs[i].log;
        }
        SCOPED_TRACE(cases[i].name);
        ASSERT_TRUE(runs[i].output.defined()) << runs[i].log;
        const Comparison found =
            compareResults(cases[i].graph, runReference(cases[i].graph, cases[i].input), runs[i].output);
        EXPECT_LE(found.meanLsb, 1.5);
        if (cases[i].graph.nodes.size() <= kFewSteps) {
            EXPECT_GE(found.withinOneLsb, 0.999);
        } else {
            EXPECT_EQ(found.sameClass, 1);
        }
    }
}

TEST_P(EveryTarget, RefusesOpsetsThatItDoesNotWrite) {
    const Exporter& exporter = *exporters().find(GetParam());
    EXPECT_EQ(exporter.newestOpset, kNewestOnnxOpset);
    const QuantizedGraph graph = forTarget(findCase("conv").graph, GetParam());
    for (const int opset : {kOldestOnnxOpset - 1, kNewestOnnxOpset + 1}) {
        const auto made = exporter.make(graph, {.opset = opset}, "model.onnx");
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().kind, ErrorKind::Usage);
        EXPECT_THAT(made.error().message, testing::AllOf(HasSubstr("13"), HasSubstr("21")));
    }
}

TEST_P(EveryTarget, RefusesZeroPointsWhereTheRuntimeDoes) {
    const auto made = exporters().find(GetParam())->make(findCase("network").graph, {}, "model.onnx");
    ASSERT_EQ(static_cast<bool>(made), takesZeroPoints(GetParam()));
    if (!made) {
        const std::string preset = GetParam() == "tensorrt" ? "preset tensorrt" : "preset coreml";
        EXPECT_THAT(made.error().message, testing::AllOf(HasSubstr("layer stem"), HasSubstr(preset)));
    }
}

INSTANTIATE_TEST_SUITE_P(Onnx, EveryTarget, testing::ValuesIn(onnxTargets()),
                         [](const auto& info) { return testName(info.param); });

class EveryOpset : public testing::TestWithParam<int> {};

TEST_P(EveryOpset, WritesWhatEachOpComputes) {
    OpCases cases;
    cases.add(entryCases());
    cases.expectAgreement("onnxruntime-x64", GetParam());
}

TEST_P(EveryOpset, WritesWhatEachCarriedOpComputes) {
    OpCases cases;
    cases.add(carriedCases());
    cases.expectAgreement("generic", GetParam());
}

TEST_P(EveryOpset, IsSaidInTheFile) {
    const auto made =
        exporters().find("generic")->make(findCase("conv").graph, {.opset = GetParam()}, "m.onnx");
    ASSERT_TRUE(made) << made.error().message;
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(made->files.at(0).bytes));
    EXPECT_EQ(model.opset_import(0).version(), GetParam());
    const std::map<int, int> irVersions{{13, 7}, {14, 7}, {15, 8}, {16, 8}, {17, 8},
                                        {18, 8}, {19, 9}, {20, 9}, {21, 10}};
    EXPECT_EQ(model.ir_version(), irVersions.at(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Onnx, EveryOpset, testing::Range(kOldestOnnxOpset, kNewestOnnxOpset + 1),
                         [](const auto& info) { return std::to_string(info.param); });

/// Ops that ONNX Runtime's CPU provider has no integer kernel for, and what they look like there.
const std::map<std::string, std::set<std::string>> kFloatInOnnxRuntime{
    {"conv_transpose2d", {"ConvTranspose"}},
    {"elu", {"Add", "Elu", "Min", "Mul", "Relu"}},
    {"gelu", {"Add", "Div", "Erf", "Gelu", "Mul", "Tanh"}},
    {"hard_sigmoid", {"HardSigmoid"}},
    {"hard_swish", {"HardSigmoid", "HardSwish", "Mul"}},
    {"layer_norm", {"LayerNormalization"}},
    {"mean", {"ReduceMean"}},  // of others than an image's rows and columns
    {"prelu", {"PRelu"}},      // of several slopes
    {"silu", {"Mul", "Sigmoid", "QuickGelu"}},
    {"tanh", {"Tanh"}},
    {"upsample_bilinear2d", {"Resize"}},
};

class Fusion : public testing::TestWithParam<std::string> {};

TEST_P(Fusion, LeavesNoOpInFloatThatHasAnIntegerKernel) {
    const TemporaryFolder folder;
    std::vector<ForeignJob> jobs;
    std::vector<std::string> names, ops;
    for (const OpCase& one : entryCases()) {
        if (!one.name.ends_with("_integer")) {
            continue;
        }
        const auto path = folder / (one.name + ".onnx");
        ASSERT_TRUE(exportTo(*exporters().find(GetParam()), one.graph, {}, path)) << one.name;
        jobs.push_back({path, one.inputs});
        names.push_back(one.name);
        const auto last = std::find_if(one.graph.nodes.rbegin(), one.graph.nodes.rend(),
                                       [](const QNode& node) { return !node.isBoundary(); });
        ops.push_back(last->op);
    }
    const std::vector<ForeignRun> runs = runOnnxRuntime(jobs, /*asOnArm=*/GetParam() == "onnxruntime-arm");
    for (size_t i = 0; i < jobs.size(); ++i) {
        if (runs[i].absent) {
            GTEST_SKIP() << runs[i].log;
        }
        const std::string optimized = jobs[i].model.string() + ".optimized";
        const auto known = kFloatInOnnxRuntime.find(ops[i]);
        for (const std::string& op : floatOpsBetweenIntegers(readOnnx(optimized))) {
            EXPECT_TRUE(known != kFloatInOnnxRuntime.end() && known->second.contains(op))
                << names[i] << " is left with " << op;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Onnx, Fusion,
                         testing::Values("onnxruntime-x64", "onnxruntime-arm", "onnxruntime-qoperator"),
                         [](const auto& info) { return testName(info.param); });

}  // namespace

}  // namespace qs::test
