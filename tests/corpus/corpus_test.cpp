// Opens every model of the manifest and holds it to what other runtimes make of the same file.

#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>

#include "analysis/layer_error.h"
#include "corpus/judge.h"
#include "corpus/manifest.h"
#include "corpus/opened_form.h"
#include "corpus/row_files.h"
#include "exporters/exporter.h"
#include "exporters/runners.h"
#include "fuzz/message_check.h"
#include "ops/evaluate.h"
#include "quant/ptq.h"
#include "runtime/cpu.h"
#include "runtime/executor.h"
#include "support/peak_memory.h"
#include "support/prepared.h"
#include "verify/verify.h"

namespace qs::test {

namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr double kFileSqnr = 35;  ///< dB; least allowed of the outputs of an ONNX file
constexpr double kEqual = 400;    ///< dB of outputs that do not differ: more than any other

class Corpus : public ::testing::TestWithParam<CorpusRow> {
  protected:
    void SetUp() override {
        if (!files_.absent().empty()) {
            GTEST_SKIP() << files_.absent();
        }
        ASSERT_EQ(files_.failure(), "");
        ::setenv("QS_NODE_MODULES", QS_SOURCE_DIR "/tests/node_modules", /*overwrite=*/0);
    }

    const CorpusRow& row() const { return GetParam(); }

    void expectRefused(const std::string& form) {
        const auto opened = openModel(files_.model(form), specsOf(files_.inputs()));
        ASSERT_FALSE(opened) << "it opens";
        EXPECT_THAT(opened.error().message, HasSubstr(*row().error));
        expectOneLine(opened.error().message);
    }

    static void expectOneLine(const std::string& message) {
        EXPECT_EQ(message.find('\n'), std::string::npos) << message;
        EXPECT_LE(message.size(), 400u) << message;
        EXPECT_EQ(complaintAbout(message), "");
    }

    void expectUnsizedIsRefused(const std::string& form) {
        const auto opened = openModel(files_.model(form));
        ASSERT_FALSE(opened) << "it opens without shapes";
        EXPECT_THAT(opened.error().message, HasSubstr(*row().unsizedError));
        expectOneLine(opened.error().message);
    }

    /// Opening takes at most 2.5 times the file, beside what does not grow with it.
    static void expectModestMemory(const PeakMemory& memory, const std::filesystem::path& file) {
        constexpr size_t kFixed = size_t(48) << 20;
        const size_t size = std::filesystem::file_size(file);
        if (const auto gained = memory.gained()) {
            EXPECT_LE(*gained, kFixed + size / 2 * 5) << "peak memory for " << size << " bytes";
        }
    }

    void expectLayers(const OpenedForm& opened) {
        RecordProperty("layers", static_cast<int>(opened.layers.size()));
        RecordProperty("quantizable", static_cast<int>(opened.quantizable.size()));
        if (row().layers) {
            EXPECT_EQ(opened.layers.size(), *row().layers);
        }
        if (row().quantizable) {
            EXPECT_EQ(opened.quantizable.size(), *row().quantizable);
        }
        for (const std::string& name : row().contains) {
            EXPECT_THAT(opened.layers, Contains(name));
        }
        if (!row().note.empty()) {
            EXPECT_THAT(opened.notes, Contains(HasSubstr(row().note)));
        }
    }

    /// The yardstick for each batch size of the row.
    Judgement judge(const std::string& form) {
        std::vector<std::vector<NamedTensor>> sets;
        for (const int64_t batch : row().batches) {
            sets.push_back(firstSamples(files_.inputs(), batch));
        }
        if (!row().judgedByEager) {
            return form == "onnx" ? judgeWithOnnxRuntime(files_.model(form), sets, files_.scratch())
                                  : judgeWithLibTorch(files_.model(form), sets);
        }
        Judgement judgement;
        for (const int64_t batch : row().batches) {
            judgement.outputs.push_back(tensorsOf(firstSamples(files_.eagerOutputs(), batch)));
        }
        return judgement;
    }

    void expectSame(const std::vector<at::Tensor>& expected, const Result<std::vector<at::Tensor>>& actual,
                    const std::string& what) {
        ASSERT_TRUE(actual) << what << ": " << actual.error().message;
        ASSERT_EQ(actual->size(), expected.size()) << what;
        for (size_t i = 0; i < expected.size(); ++i) {
            const double found = relativeDifference(expected[i], (*actual)[i]);
            EXPECT_LE(found, row().difference) << what << ", output " << i;
            worst_ = std::max(worst_, found);
        }
    }

    void expectFloatResults(const OpenedForm& opened) {
        const Judgement judgement = judge(opened.form);
        if (!judgement.absent.empty()) {
            std::cout << "not compared: " << judgement.absent << '\n';
            return;
        }
        ASSERT_EQ(judgement.failure, "");
        auto real = test::floatForm(opened.graph);
        ASSERT_TRUE(real) << real.error().message;
        const auto executor = makeOneDnnExecutor(std::move(real).value());
        ASSERT_TRUE(executor) << executor.error().message;
        for (size_t i = 0; i < row().batches.size(); ++i) {
            const auto inputs = tensorsOf(firstSamples(files_.inputs(), row().batches[i]));
            const std::string batch = " at batch " + std::to_string(row().batches[i]);
            expectSame(judgement.outputs[i], evaluate(opened.graph, inputs), "evaluate" + batch);
            expectSame(judgement.outputs[i], (*executor)->run(inputs), "oneDNN" + batch);
        }
        RecordProperty("difference", std::to_string(worst_));
    }

    /// Finite, and near the float results: as the simulation runs it and as oneDNN does.
    void expectIntegerResults(const OpenedForm& opened, const QuantizedGraph& quantized) {
        const auto inputs = tensorsOf(files_.inputs());
        const auto real = evaluate(opened.graph, inputs);
        ASSERT_TRUE(real) << real.error().message;
        for (const auto& make : {makeReferenceExecutor, makeOneDnnExecutor}) {
            const auto executor = make(quantized);
            ASSERT_TRUE(executor) << executor.error().message;
            const auto outputs = (*executor)->run(inputs);
            ASSERT_TRUE(outputs) << outputs.error().message;
            expectNear(*real, *outputs);
        }
    }

    void expectNear(const std::vector<at::Tensor>& real, const std::vector<at::Tensor>& integer) {
        ASSERT_EQ(integer.size(), real.size());
        for (size_t i = 0; i < real.size(); ++i) {
            if (!real[i].is_floating_point()) {
                continue;  // class numbers jump
            }
            ASSERT_TRUE(integer[i].isfinite().all().item<bool>());
            leastSqnr_ = std::min(leastSqnr_, sqnr(real[i], integer[i]));
            EXPECT_GE(sqnr(real[i], integer[i]), row().sqnr) << "output " << i;
        }
        RecordProperty("sqnr", std::to_string(leastSqnr_));
    }

    /// The layers around what cannot be quantized: measured one by one, and in a file that LibTorch runs.
    void expectAnalysesAndExports(const OpenedForm& opened, const QuantizedGraph& quantized) {
        auto real = test::floatForm(opened.graph);
        ASSERT_TRUE(real) << real.error().message;
        const auto reference = makeReferenceExecutor(std::move(real).value());
        const auto integer = makeReferenceExecutor(quantized);
        TensorData data(files_.inputs());
        Job job;
        const auto errors = layerErrors(**reference, **integer, data, data.size(), data.size(), job);
        ASSERT_TRUE(errors) << errors.error().message;
        EXPECT_EQ(errors->size(), opened.layers.size());

        const auto path = files_.scratch() / "exported.pt";
        const at::Tensor& input = files_.inputs().at(0).tensor;
        const auto written =
            exportTo(*exporterFor(path).value(), quantized, {{input.sizes().vec()}, {}}, path);
        ASSERT_TRUE(written) << written.error().message;
        const ForeignRun run = runLibTorch(path, input, "onednn");
        if (run.absent) {
            std::cout << "not run: " << run.log << '\n';
            return;
        }
        const auto expected = (*integer)->run(std::array{input});
        ASSERT_TRUE(expected) << expected.error().message;
        EXPECT_GE(sqnr(expected->at(0).flatten(1), run.output), row().sqnr);
    }

    /// Files that are exported for ONNX Runtime and for LibTorch, in these: every layer on what it is given
    /// there, and what ONNX Runtime makes of the whole.
    void expectFilesProven(const QuantizedGraph& quantized) {
        if (!cpuHasVnni()) {
            std::cout << "files not run: without VNNI, runtimes saturate each in its own way\n";
            return;
        }
        const auto engine = makeOneDnnExecutor(quantized);
        ASSERT_TRUE(engine) << engine.error().message;
        const TensorData data(files_.inputs());
        for (const auto& [name, runtime] :
             {std::pair("proven.onnx", "onnxruntime"), std::pair("proven.pt", "libtorch")}) {
            SCOPED_TRACE(name);
            const auto proof = proofOf(files_.scratch() / name, runtime, quantized, **engine, data);
            if (!proof) {
                ASSERT_THAT(proof.error().message, HasSubstr("not installed"));
                std::cout << name << " not run: " << proof.error().message << '\n';
                continue;
            }
            EXPECT_EQ(proof->first_layer_out, "");
            EXPECT_FALSE(proof->layers.empty());
            for (const protocol::OutputDifference& output : proof->outputs) {
                const double db = output.sqnr_db.value_or(kEqual);
                RecordProperty(std::string(runtime) + "_db", std::to_string(db));
                if (runtime == std::string("onnxruntime")) {
                    EXPECT_GE(db, kFileSqnr) << output.name;
                }
            }
        }
    }

    static Result<protocol::VerifyResult> proofOf(const std::filesystem::path& path,
                                                  const std::string& runtime, const QuantizedGraph& quantized,
                                                  Executor& engine, const TensorData& data) {
        ExportOptions options;
        for (const SampleInput& input : data.sampleInputs()) {
            options.inputShapes.push_back(input.shape);
            options.inputShapes.back().insert(options.inputShapes.back().begin(), -1);
        }
        QS_TRY(exportTo(*exporterFor(path).value(), quantized, options, path));
        QS_ASSIGN(const FileFacts file, readFacts(path));
        Job job;
        return verifyFile({.file = file, .engine = engine, .data = data, .real = false},
                          {.runtime = runtime, .batch = 1, .layerSamples = data.size(), .threads = 1}, job);
    }

    void expectFormsAgree(const OpenedForm& first, const QuantizedGraph& firstQuantized,
                          const OpenedForm& other, const QuantizedGraph& otherQuantized) {
        SCOPED_TRACE(first.form + " against " + other.form);
        EXPECT_EQ(first.quantizable, other.quantizable);
        std::string where;
        EXPECT_LE(qparamsDifference(layerQParams(firstQuantized), layerQParams(otherQuantized), where), 1e-4)
            << where;
    }

    RowFiles files_{GetParam()};
    double worst_ = 0;
    double leastSqnr_ = 1000;
};

TEST_P(Corpus, OpensAndComputesWhatOthersDo) {
    std::optional<OpenedForm> first;
    std::optional<QuantizedGraph> firstQuantized;
    for (const std::string& form : row().forms) {
        SCOPED_TRACE(form);
        if (row().error) {
            expectRefused(form);
            continue;
        }
        if (row().unsizedError) {
            expectUnsizedIsRefused(form);
        }
        const PeakMemory memory;
        auto opened = openForm(files_.model(form), form, files_.inputs());
        if (!opened) {
            ADD_FAILURE() << opened.error().message;
            continue;
        }
        expectModestMemory(memory, files_.model(form));
        expectLayers(*opened);
        expectFloatResults(*opened);
        auto quantized = quantizeForm(*opened, files_.inputs());
        if (!quantized) {
            ADD_FAILURE() << quantized.error().message;
            continue;
        }
        if (first) {
            expectFormsAgree(*first, *firstQuantized, *opened, *quantized);
        } else {
            expectIntegerResults(*opened, *quantized);
            if (row().from != CorpusRow::Source::Small) {
                expectFilesProven(*quantized);
            }
            if (row().exports) {
                expectAnalysesAndExports(*opened, *quantized);
            }
            first = std::move(*opened);
            firstQuantized = std::move(*quantized);
        }
    }
}

std::vector<CorpusRow> rows(bool fast) {
    std::vector<CorpusRow> chosen;
    for (CorpusRow& row : readManifest()) {
        if (row.fast == fast) {
            chosen.push_back(std::move(row));
        }
    }
    return chosen;
}

std::string testName(const ::testing::TestParamInfo<CorpusRow>& info) {
    std::string name = info.param.name;
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Fast, Corpus, ::testing::ValuesIn(rows(true)), testName);
INSTANTIATE_TEST_SUITE_P(Slow, Corpus, ::testing::ValuesIn(rows(false)), testName);

}  // namespace

}  // namespace qs::test
