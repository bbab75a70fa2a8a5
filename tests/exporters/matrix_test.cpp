// Every operator with an integer form, every activation behind it, every preset and every target: what is
// written is opened and run by the target's runtime, with the engine's numbers.

#include <ATen/TensorOperators.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <filesystem>

#include "core/files.h"
#include "exporters/exporter.h"
#include "exporters/lite_run.h"
#include "exporters/runners.h"
#include "exporters/tensor_samples.h"
#include "importers/importer.h"
#include "quant/ptq.h"
#include "quant/qconfig.h"
#include "runtime/executor.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;

constexpr int64_t kSamples = 16;

/// A network under a preset.
struct Quantized {
    std::string network;
    std::string preset;
    QuantizedGraph graph;
    std::vector<at::Tensor> expected;  ///< of the simulation
};

class Matrix : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        const std::string command = "/usr/bin/python3 -W ignore '" QS_SOURCE_DIR
                                    "/tests/exporters/matrix_models.py' '" +
                                    (folder_ / "").string() + "'";
        const int status = ::system(command.c_str());
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
            GTEST_SKIP() << "python3-torch is not installed";
        }
        ASSERT_EQ(status, 0);
        const fs::path model = folder_ / (GetParam() + ".pt");
        const ImportedModel opened = openModel(model, {{.name = "", .shape = {2, 8, 8, 8}}}).value();
        for (const std::string& preset : presets().names()) {
            const auto rules = RuleSet::make({{RuleMatch::Global, "", preset}}).value();
            const PreparedModel prepared = test::prepareGraph(opened.graph, rules).value();
            Job job;
            const auto calibration = calibrate(prepared, TensorSamples({x_}), kSamples, kSamples, job);
            ASSERT_TRUE(calibration) << preset << calibration.error().message;
            QuantizedGraph graph = convert(prepared, calibration.value()).value();
            const auto engine = makeReferenceExecutor(graph).value();
            std::vector<at::Tensor> expected = engine->run(std::vector<at::Tensor>{x_}).value();
            quantized_.push_back({GetParam(), preset, std::move(graph), std::move(expected)});
        }
    }

    /// Each network as `target`; those that it refuses, with a remedy, are left out.
    std::vector<std::pair<const Quantized*, fs::path>> written(const std::string& target) {
        const Exporter& exporter = *exporters().find(target);
        std::vector<std::pair<const Quantized*, fs::path>> files;
        for (const Quantized& one : quantized_) {
            const fs::path path = folder_ / (one.preset + "." + target + exporter.extension);
            const auto made = exportTo(exporter, one.graph, {}, path);
            if (made) {
                files.emplace_back(&one, path);
                continue;
            }
            const std::string& message = made.error().message;
            EXPECT_TRUE(message.starts_with("layer ") &&
                        (message.find("quantize with preset") != std::string::npos ||
                         message.find("choose a") != std::string::npos))
                << one.preset << " as " << target << ": " << message;
        }
        return files;
    }

    /// Outputs that kernels computed and that the simulation did: as near as rounding in other places takes
    /// them.
    static void expectNear(const Quantized& one, const std::vector<at::Tensor>& found) {
        ASSERT_EQ(found.size(), one.expected.size());
        for (size_t i = 0; i < found.size(); ++i) {
            const at::Tensor &wanted = one.expected[i], got = found[i];
            ASSERT_EQ(got.sizes(), wanted.sizes());
            const double largest = wanted.abs().max().item<double>();
            if (one.network == "far" || largest == 0) {
                EXPECT_TRUE(got.isfinite().all().item<bool>()) << "output " << i;
                continue;
            }
            EXPECT_LE((got - wanted).abs().mean().item<double>(), 0.01 * largest) << "output " << i;
            EXPECT_LE((got - wanted).abs().max().item<double>(), 0.1 * largest) << "output " << i;
        }
    }

    TemporaryFolder folder_;
    const at::Tensor x_ = at::rand({kSamples, 8, 8, 8});
    std::vector<Quantized> quantized_;
};

TEST_P(Matrix, OpensInOnnxRuntime) {
    size_t opened = 0;
    for (const auto& [target, exporter] : exporters().entries()) {
        if (exporter.extension != ".onnx") {
            continue;
        }
        const auto files = written(target);
        std::vector<ForeignJob> jobs;
        for (const auto& [one, path] : files) {
            jobs.push_back({path, {x_}});
        }
        const auto runs = jobs.empty() ? std::vector<ForeignRun>()
                                       : runOnnxRuntime(jobs, /*asOnArm=*/target == "onnxruntime-arm");
        for (size_t i = 0; i < runs.size(); ++i) {
            if (runs[i].absent) {
                GTEST_SKIP() << runs[i].log;
            }
            SCOPED_TRACE(files[i].first->preset + " as " + target);
            EXPECT_FALSE(runs[i].outputs.empty()) << runs[i].log;
            if (!runs[i].outputs.empty()) {
                expectNear(*files[i].first, runs[i].outputs);
                ++opened;
            }
        }
    }
    EXPECT_GE(opened, 4 * presets().names().size());
}

TEST_P(Matrix, OpensInLibTorch) {
    for (const auto& [one, path] : written("torchscript")) {
        for (const char* engine : {"qnnpack", "onednn"}) {
            SCOPED_TRACE(one->preset + " on " + engine);
            try {
                expectNear(*one, runLibTorch({path, {x_}}, engine).outputs);
            } catch (const std::exception& error) {
                ADD_FAILURE() << std::string(error.what()).substr(0, 300);
            }
        }
    }
}

TEST_P(Matrix, OpensInTheLiteInterpreter) {
    for (const auto& [one, path] : written("lite")) {
        SCOPED_TRACE(one->preset);
        try {
            expectNear(*one, runLiteOutputs(readFile(path).value(), x_));
        } catch (const std::exception& error) {
            ADD_FAILURE() << std::string(error.what()).substr(0, 300);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Networks, Matrix,
                         testing::Values("convolution", "depthwise", "transposed", "residual", "linear",
                                         "single", "far"),
                         [](const auto& info) { return info.param; });

}  // namespace

}  // namespace qs::test
