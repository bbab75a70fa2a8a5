// Inputs and outputs of exports are those of the model, in names, order, types and extents, at every batch
// size.

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <filesystem>

#include "exporters/exporter.h"
#include "exporters/fused_graph.h"
#include "exporters/made_models.h"
#include "exporters/runners.h"
#include "exporters/tensor_samples.h"
#include "importers/importer.h"
#include "quant/ptq.h"
#include "support/prepared.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;

/// A model from face_models.py.
struct Face {
    fs::path model;
    bool isFixed() const { return model.stem().string().starts_with("fixed"); }
    std::vector<int64_t> batches() const {
        return isFixed() ? std::vector<int64_t>{2} : std::vector<int64_t>{1, 7};
    }
};

std::vector<at::Tensor> inputsOf(const ImportedModel& model, int64_t batch) {
    std::vector<at::Tensor> inputs;
    for (const ValueId id : model.graph.inputs()) {
        const bool isInteger = model.graph.value(id).dtype == at::kLong;
        inputs.push_back(isInteger ? at::arange(3 * batch, at::kLong).reshape({batch, 3})
                                   : at::randn({batch, 4}));
    }
    return inputs;
}

class Faces : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        const auto models = madeModels("face_models.py");
        if (!models) {
            GTEST_SKIP() << "python3-onnx or python3-torch is not installed";
        }
        ASSERT_FALSE(models->empty());
        for (const auto& entry : fs::directory_iterator(*models)) {
            if (entry.path().extension() == "." + GetParam()) {
                faces_.push_back({entry.path()});
            }
        }
        std::ranges::sort(faces_, {}, &Face::model);
        ASSERT_GE(faces_.size(), 9U);
    }

    static ImportedModel open(const Face& face) {
        std::vector<InputSpec> wanted;
        if (face.model.extension() == ".pt") {
            wanted.push_back({.name = "", .shape = {face.isFixed() ? 2 : 1, 4}, .dtype = at::kFloat});
            const std::string name = face.model.stem().string();
            if (name == "reads_one_input" || name == "has_other_types") {
                wanted.push_back({.name = "", .shape = {1, 3}, .dtype = at::kLong});
            }
        }
        return openModel(face.model, wanted).value();
    }

    std::vector<ForeignRun> run(const std::vector<ForeignJob>& jobs, const std::string& extension) const {
        return extension == ".pt" ? runPythonTorch(jobs, "qnnpack") : runOnnxRuntime(jobs);
    }

    /// Runs models and exports at each of their batch sizes; `nearness` is the error that is allowed, of 1.
    void expectSameValues(const std::string& extension, bool isInteger, double nearness) {
        std::vector<ForeignJob> originals, exports;
        for (const Face& face : faces_) {
            const ImportedModel opened = open(face);
            const fs::path path = folder_ / (face.model.stem().string() + ".out" + extension);
            const auto written = exportTo(*exporterFor(path).value(), converted(opened.graph, isInteger),
                                          {.fixedBatch = opened.graph.fixedBatch()}, path);
            ASSERT_TRUE(written) << face.model << written.error().message;
            for (const int64_t batch : face.batches()) {
                const std::vector<at::Tensor> inputs = inputsOf(opened, batch);
                for (auto& [jobs, model] : {std::pair(&originals, face.model), std::pair(&exports, path)}) {
                    // Each run writes beside its model.
                    const fs::path copy =
                        folder_ / (model.stem().string() + std::to_string(batch) + "_" +
                                   std::to_string(jobs->size()) + model.extension().string());
                    fs::copy_file(model, copy);
                    jobs->push_back({copy, inputs});
                }
            }
        }
        const std::vector<ForeignRun> expected = run(originals, "." + GetParam());
        const std::vector<ForeignRun> found = run(exports, extension);
        for (size_t i = 0; i < originals.size(); ++i) {
            if (expected[i].absent || found[i].absent) {
                GTEST_SKIP() << expected[i].log << found[i].log;
            }
            SCOPED_TRACE(originals[i].model.filename());
            ASSERT_FALSE(expected[i].outputs.empty()) << expected[i].log;
            ASSERT_EQ(found[i].outputs.size(), expected[i].outputs.size()) << found[i].log;
            for (size_t k = 0; k < expected[i].outputs.size(); ++k) {
                const at::Tensor &wanted = expected[i].outputs[k], got = found[i].outputs[k];
                ASSERT_EQ(got.sizes(), wanted.sizes());
                EXPECT_LE((got - wanted).abs().max().item<double>(), nearness) << "output " << k;
            }
        }
    }

    static QuantizedGraph converted(const Graph& graph, bool isInteger) {
        if (!isInteger) {
            return test::floatForm(graph).value();
        }
        const auto rules = RuleSet::make({{RuleMatch::Global, "", "onednn"}}).value();
        const PreparedModel prepared = test::prepareGraph(graph, rules).value();
        std::vector<at::Tensor> samples;
        for (const ValueId id : graph.inputs()) {
            const bool isLong = graph.value(id).dtype == at::kLong;
            samples.push_back(isLong ? at::arange(3 * 256, at::kLong).reshape({256, 3})
                                     : at::randn({256, 4}));
        }
        Job job;
        const auto calibration = calibrate(prepared, TensorSamples(samples), 256,
                                           graph.fixedBatch() > 0 ? graph.fixedBatch() : 32, job);
        return convert(prepared, calibration.value()).value();
    }

    TemporaryFolder folder_;
    std::vector<Face> faces_;
};

TEST_P(Faces, AreKeptInOnnx) {
    expectSameValues(".onnx", /*isInteger=*/false, 1e-5);
}

TEST_P(Faces, AreKeptInTorchScript) {
    expectSameValues(".pt", /*isInteger=*/false, 1e-5);
}

/// Names, order, types and extents, as an ONNX file declares them.
struct Declared {
    std::string name;
    int type = 0;
    std::vector<int64_t> extents;  ///< -1: free
    bool operator==(const Declared&) const = default;
};

void PrintTo(const Declared& one, std::ostream* out) {
    *out << one.name << " of type " << one.type << ' ' << testing::PrintToString(one.extents);
}

template <typename Infos>
std::vector<Declared> declared(const Infos& infos) {
    std::vector<Declared> all;
    for (const onnx::ValueInfoProto& info : infos) {
        Declared& one = all.emplace_back(Declared{info.name(), info.type().tensor_type().elem_type(), {}});
        for (const auto& extent : info.type().tensor_type().shape().dim()) {
            one.extents.push_back(extent.has_dim_value() ? extent.dim_value() : -1);
        }
    }
    return all;
}

TEST_P(Faces, AreDeclaredAsTheyWere) {
    if (GetParam() != "onnx") {
        GTEST_SKIP() << "TorchScript declares types alone";
    }
    for (const Face& face : faces_) {
        SCOPED_TRACE(face.model.filename());
        for (const bool isInteger : {false, true}) {
            const fs::path path = folder_ / "declared.onnx";
            const Graph graph = open(face).graph;
            const auto written = exportTo(*exporterFor(path).value(), converted(graph, isInteger),
                                          {.fixedBatch = graph.fixedBatch()}, path);
            ASSERT_TRUE(written) << written.error().message;
            const onnx::ModelProto before = readOnnx(face.model), after = readOnnx(path);
            EXPECT_EQ(declared(after.graph().input()), declared(before.graph().input()));
            EXPECT_EQ(declared(after.graph().output()), declared(before.graph().output()));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, Faces, testing::Values("onnx", "pt"),
                         [](const auto& info) { return info.param; });

}  // namespace

}  // namespace qs::test
