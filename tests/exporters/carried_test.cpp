// Networks of operators that are carried along in FP32, with constant tensors: they leave in both formats
// with the values that the runtime of the file they came from gives.

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "core/files.h"
#include "exporters/exporter.h"
#include "exporters/made_models.h"
#include "exporters/runners.h"
#include "exporters/tensor_samples.h"
#include "importers/importer.h"
#include "quant/ptq.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;

Shape shapeOf(const fs::path& model) {
    std::istringstream extents(readFile(model.string() + ".shape").value());
    Shape shape;
    for (std::string extent; std::getline(extents, extent, ',');) {
        shape.push_back(std::stoll(extent));
    }
    return shape;
}

class Carried : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        const auto models = madeModels("carried_models.py");
        if (!models) {
            GTEST_SKIP() << "python3-onnx or python3-torch is not installed";
        }
        ASSERT_FALSE(models->empty());
        for (const auto& entry : fs::directory_iterator(*models)) {
            if (entry.path().extension() == GetParam()) {
                models_.push_back({entry.path(), {at::randn(shapeOf(entry.path()))}});
            }
        }
        std::ranges::sort(models_, {}, &ForeignJob::model);
        ASSERT_GT(models_.size(), 20U);
    }

    /// What the file's own runtime makes of each model.
    std::vector<ForeignRun> originals() const {
        return GetParam() == ".pt" ? runPythonTorch(models_, "qnnpack") : runOnnxRuntime(models_);
    }

    /// Each model in FP32, written for another runtime.
    std::vector<ForeignJob> exported(const std::string& extension) {
        std::vector<ForeignJob> jobs;
        for (const auto& [model, inputs] : models_) {
            const fs::path path = folder_ / (model.stem().string() + ".out" + extension);
            const auto opened =
                openModel(model, {{.name = "", .shape = inputs[0].sizes().vec(), .dtype = at::kFloat}});
            EXPECT_TRUE(opened) << model << ": " << opened.error().message;
            if (opened) {
                const auto written =
                    exportTo(*exporterFor(path).value(), test::floatForm(opened->graph).value(), {}, path);
                EXPECT_TRUE(written) << model << ": " << written.error().message;
            }
            jobs.push_back({path, inputs});
        }
        return jobs;
    }

    void expectSameValues(const std::vector<ForeignRun>& runs) {
        const std::vector<ForeignRun> expected = originals();
        for (size_t i = 0; i < models_.size(); ++i) {
            if (runs[i].absent || expected[i].absent) {
                GTEST_SKIP() << runs[i].log << expected[i].log;
            }
            SCOPED_TRACE(models_[i].model.filename());
            ASSERT_FALSE(expected[i].outputs.empty()) << expected[i].log;
            ASSERT_EQ(runs[i].outputs.size(), expected[i].outputs.size()) << runs[i].log;
            for (size_t k = 0; k < expected[i].outputs.size(); ++k) {
                const at::Tensor &wanted = expected[i].outputs[k], found = runs[i].outputs[k];
                ASSERT_EQ(found.sizes(), wanted.sizes());
                EXPECT_TRUE(found.allclose(wanted, /*rtol=*/1e-4, /*atol=*/1e-5))
                    << (found - wanted).abs().max().item<double>();
            }
        }
    }

    TemporaryFolder folder_;
    std::vector<ForeignJob> models_;
};

TEST_P(Carried, LeavesAsOnnx) {
    expectSameValues(runOnnxRuntime(exported(".onnx")));
}

TEST_P(Carried, LeavesAsTorchScript) {
    expectSameValues(runPythonTorch(exported(".pt"), "qnnpack"));
}

/// Integer layers around them change that little.
TEST_P(Carried, LeavesBetweenIntegers) {
    const auto mixed =
        std::ranges::find_if(models_, [](const ForeignJob& job) { return job.model.stem() == "mixed"; });
    if (mixed == models_.end()) {
        GTEST_SKIP() << "ONNX has the same operators";
    }
    const at::Tensor x = mixed->inputs[0];
    const auto opened = openModel(mixed->model, {{.name = "", .shape = x.sizes().vec()}});
    ASSERT_TRUE(opened) << opened.error().message;
    const auto rules = RuleSet::make({{RuleMatch::Global, "", "onednn"}}).value();
    const PreparedModel prepared = test::prepareGraph(opened->graph, rules).value();
    Job job;
    const auto calibration =
        calibrate(prepared, TensorSamples({at::cat({x, at::randn({62, 3, 6, 8})})}), 64, 16, job).value();
    const QuantizedGraph graph = convert(prepared, calibration).value();
    EXPECT_EQ(
        std::ranges::count_if(graph.nodes, [](const QNode& node) { return node.weightInt.has_value(); }), 2);
    const at::Tensor expected = runPythonTorch({*mixed}, "qnnpack").at(0).outputs.at(0);
    for (const char* extension : {".onnx", ".pt"}) {
        const fs::path path = folder_ / ("integers" + std::string(extension));
        const auto written = exportTo(*exporterFor(path).value(), graph, {}, path);
        ASSERT_TRUE(written) << written.error().message;
        const ForeignRun run = path.extension() == ".pt" ? runPythonTorch({{path, {x}}}, "qnnpack").at(0)
                                                         : runOnnxRuntime({{path, {x}}}).at(0);
        if (run.absent) {
            continue;
        }
        ASSERT_FALSE(run.outputs.empty()) << run.log;
        const double noise = (run.outputs[0] - expected).norm().item<double>();
        EXPECT_LE(noise, 0.03 * expected.norm().item<double>()) << extension;
        EXPECT_GT(noise, 0) << extension;
    }
}

TEST_P(Carried, CountsItsConstants) {
    for (const auto& [model, inputs] : models_) {
        const std::string name = model.stem().string();
        if (name != "conv3d" && name != "lstm") {
            continue;
        }
        const auto opened = openModel(model, {{.name = "", .shape = inputs[0].sizes().vec()}});
        ASSERT_TRUE(opened) << opened.error().message;
        const std::map<std::string, int64_t> weights{
            {"conv3d.onnx", 6 * 2 * 2 * 3 * 3 + 6},
            {"conv3d.pt", 4 * 3 * 3 * 3 * 3 + 4},
            {"lstm.onnx", 2 * (12 * 4 + 12 * 3 + 24)},
            {"lstm.pt", 2 * (12 * 4 + 12 * 3 + 24) + 2 * (12 * 6 + 12 * 3 + 24)}};
        // The initial states, hidden and cell, are constants too: a number for each direction, layer and
        // unit.
        const int64_t states = name == "lstm" ? 2 * 2 * 2 * 3 : 0;
        const int64_t bytes = test::floatForm(opened->graph).value().parameterBytes();
        EXPECT_GE(bytes, 4 * weights.at(model.filename().string()));
        EXPECT_LE(bytes, 4 * (weights.at(model.filename().string()) + states));
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, Carried, testing::Values(".onnx", ".pt"),
                         [](const auto& info) { return info.param.substr(1); });

}  // namespace

}  // namespace qs::test
