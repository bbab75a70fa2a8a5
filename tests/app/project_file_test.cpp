#include "app/session/project_file.h"
#include "app/session/variant_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <nlohmann/json.hpp>

#include "protocol/json.h"
#include "support/sample_results.h"
#include "support/shared.h"

namespace qs::app {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ProjectFileTest : public testing::Test {
  protected:
    QString path(const char* name) const { return folder_.filePath(QLatin1String(name)); }

    void writeText(const QString& path, const QByteArray& text) {
        QFile file(path);
        ASSERT_TRUE(file.open(QIODevice::WriteOnly));
        file.write(text);
    }

    std::string problemOf(const QByteArray& text) {
        writeText(path("x.qsproj"), text);
        ProjectFile project;
        return readProject(path("x.qsproj"), project).toStdString();
    }

    Document fullDocument() const {
        Document document;
        document.model = samples::share(samples::modelInfo(path("models/net.pt").toStdString()));
        const protocol::DataSpec spec{"fashion-mnist:test", {}};
        document.evaluation = OpenedData{spec, samples::dataInfo(spec)};
        document.training = OpenedData{{"fashion-mnist:train", {}}, samples::dataInfo(spec)};
        document.rules =
            Rules({{"global", "", "x86"},
                   {"op", "linear", "qnnpack"},
                   {"pattern", "layer4.*", protocol::parseQConfig("x86,weight.dtype=int4").qconfig},
                   {"regex", "layer[12]\\..*", "tensorrt"},
                   {"layer", "fc", "fp32"}});
        document.calibration = OpenedData{{"npy:c.npy", {}}, samples::dataInfo(spec)};
        document.inputs = {{"x", "Float", {1, 3, 64, 96}}};
        document.settings = {11,
                             12,
                             13,
                             14,
                             15,
                             16,
                             {17, 0.5, 0.25, 0.125, 18, 19, 20, 21},
                             "top5",
                             22,
                             "xnnpack",
                             {{"bias_correction", {{"samples", 16}}}}};
        const QDateTime time(QDate(2024, 2, 29), QTime(12, 34, 56, 789), Qt::UTC);
        protocol::VariantResult trained = samples::variant(samples::recipe("x86"));
        trained.recipe.trained_weights = path("p.files/b.qsw").toStdString();
        document.variants = {makeVariant(QStringLiteral("a"), QStringLiteral("first"), time,
                                         samples::variant(samples::recipe())),
                             makeVariant(QStringLiteral("b"), QStringLiteral("second"), time, trained)};
        document.currentVariant = QStringLiteral("b");
        document.selectedLayer = QStringLiteral("layer1.0.conv1");
        protocol::VerifyResult proof;
        proof.passed = true;
        proof.verdict = "equal";
        proof.agreement = 99.93;
        proof.layers = {{"conv1", "conv2d", 0.1, 1000, 1, 0.1, 100, true}};
        document.proof = Proof{path("out/net.onnx"), proof};
        return document;
    }

    QTemporaryDir folder_;
};

TEST_F(ProjectFileTest, RoundTrip) {
    const Document before = fullDocument();
    const QDateTime now = QDateTime::currentDateTimeUtc();
    ASSERT_EQ(writeProject(path("p.qsproj"), {before, QStringLiteral("/elsewhere.qsproj"), now}), QString());
    ProjectFile read;
    ASSERT_EQ(readProject(path("p.qsproj"), read), QString());
    const Document& after = read.document;
    EXPECT_EQ(json(*after.model), json(*before.model));
    EXPECT_EQ(json(after.evaluation->spec), json(before.evaluation->spec));
    EXPECT_EQ(json(after.evaluation->info), json(before.evaluation->info));
    EXPECT_EQ(after.training->spec.source, "fashion-mnist:train");
    EXPECT_EQ(after.rules, before.rules);
    EXPECT_EQ(after.settings.calibSamples, 11);
    EXPECT_EQ(after.settings.evalSamples, 12);
    EXPECT_EQ(after.settings.batch, 13);
    EXPECT_EQ(after.settings.threads, 14);
    EXPECT_EQ(after.settings.latencyRuns, 15);
    EXPECT_EQ(after.settings.latencyWarmup, 16);
    EXPECT_EQ(json(after.settings.qat), json(before.settings.qat));
    EXPECT_EQ(after.settings.metric, "top5");
    EXPECT_EQ(after.settings.seed, 22u);
    ASSERT_EQ(after.settings.algorithms.size(), 1u);
    EXPECT_EQ(after.settings.algorithms[0].name, "bias_correction");
    EXPECT_EQ(after.settings.algorithms[0].parameters.at("samples"), 16);
    EXPECT_EQ(after.settings.backend, "xnnpack");
    EXPECT_EQ(after.calibration->spec.source, "npy:c.npy");
    EXPECT_EQ(json(after.inputs), json(before.inputs));
    ASSERT_EQ(after.variants.size(), 2u);
    EXPECT_EQ(after.variants[1]->id, before.variants[1]->id);
    EXPECT_EQ(after.variants[1]->name, before.variants[1]->name);
    EXPECT_EQ(after.variants[1]->createdAt, before.variants[1]->createdAt);
    EXPECT_EQ(json(after.variants[1]->result), json(before.variants[1]->result));
    EXPECT_EQ(after.currentVariant, before.currentVariant);
    EXPECT_EQ(after.selectedLayer, before.selectedLayer);
    ASSERT_TRUE(after.proof);
    EXPECT_EQ(after.proof->file, before.proof->file);
    EXPECT_EQ(json(after.proof->result), json(before.proof->result));
    EXPECT_EQ(read.projectPath, QStringLiteral("/elsewhere.qsproj"));
    EXPECT_EQ(read.savedAt.toMSecsSinceEpoch(), now.toMSecsSinceEpoch());
}

TEST_F(ProjectFileTest, AnEmptyDocumentRoundTrips) {
    ASSERT_EQ(writeProject(path("p.qsproj"), {}), QString());
    ProjectFile read;
    ASSERT_EQ(readProject(path("p.qsproj"), read), QString());
    EXPECT_FALSE(read.document.model);
    EXPECT_TRUE(read.document.variants.empty());
}

TEST_F(ProjectFileTest, TheFolderMayBeMoved) {
    ASSERT_TRUE(QDir(folder_.path()).mkpath(QStringLiteral("old")));
    Document document = fullDocument();
    samples::change(document.model, [&](auto& model) { model.path = path("old/net.pt").toStdString(); });
    document.variants[1] = withWeights(*document.variants[1], path("old/p.files/b.qsw"));
    ASSERT_EQ(writeProject(path("old/p.qsproj"), {document, {}, {}}), QString());
    ASSERT_TRUE(QDir(folder_.path()).rename(QStringLiteral("old"), QStringLiteral("new")));
    ProjectFile read;
    ASSERT_EQ(readProject(path("new/p.qsproj"), read), QString());
    EXPECT_EQ(read.document.model->path, path("new/net.pt").toStdString());
    EXPECT_EQ(read.document.variants[1]->result.recipe.trained_weights,
              path("new/p.files/b.qsw").toStdString());
}

TEST_F(ProjectFileTest, PathsElsewhereStayAsTheyAre) {
    Document document = fullDocument();
    samples::change(document.model, [](auto& model) { model.path = "/models/net.pt"; });
    ASSERT_EQ(writeProject(path("p.qsproj"), {document, {}, {}}), QString());
    ProjectFile read;
    ASSERT_EQ(readProject(path("p.qsproj"), read), QString());
    EXPECT_EQ(read.document.model->path, "/models/net.pt");
}

TEST_F(ProjectFileTest, ClearErrors) {
    ProjectFile project;
    EXPECT_THAT(readProject(path("none.qsproj"), project).toStdString(),
                testing::AllOf(HasSubstr("none.qsproj"), HasSubstr("No such file")));
    for (const char* text :
         {"", "not json", "[]", "{}", R"({"format":"something else","version":1})",
          R"({"format":"quantoscope project"})", R"({"format":"quantoscope project","version":"1"})",
          R"({"format":"quantoscope project","version":1,"variants":[{"id":"a"}]})",
          R"({"format":"quantoscope project","version":2,"variants":[{"id":"a","name":"a"}]})",
          R"({"format":"quantoscope project","version":2,"variants":[{"id":"../a","name":"a","file":"x"}]})",
          R"({"format":"quantoscope project","version":1,"variants":7})",
          R"({"format":"quantoscope project","version":1,"model":{"layers":3}})",
          R"({"format":"quantoscope project","version":1,"settings":{"batch":"x"}})",
          R"({"format":"quantoscope project","version":1,"current_variant":5})"}) {
        EXPECT_THAT(problemOf(text), HasSubstr("is not a Quantoscope project, or it is damaged")) << text;
    }
    EXPECT_THAT(problemOf(R"({"format":"quantoscope project","version":3})"), HasSubstr("newer Quantoscope"));
    EXPECT_EQ(problemOf(R"({"format":"quantoscope project","version":1})"), "") << "all else may be left out";
}

TEST_F(ProjectFileTest, EveryTruncationIsAnErrorAndNoCrash) {
    Document document = fullDocument();
    document.variants.resize(1);
    ASSERT_EQ(writeProject(path("p.qsproj"), {document, {}, {}}), QString());
    QFile file(path("p.qsproj"));
    ASSERT_TRUE(file.open(QIODevice::ReadOnly));
    const QByteArray text = file.readAll().trimmed();
    for (qsizetype length = 0; length < text.size(); length += 1 + text.size() / 97) {
        EXPECT_NE(problemOf(text.left(length)), "") << length << " of " << text.size() << " bytes";
    }
}

TEST_F(ProjectFileTest, AFileThatCannotBeWrittenIsAnError) {
    EXPECT_THAT(writeProject(path("no/such/folder/p.qsproj"), {}).toStdString(),
                HasSubstr("cannot be written"));
}

TEST_F(ProjectFileTest, GathersWeights) {
    Document document = fullDocument();
    writeText(path("b.tmp"), "weights");
    document.variants[1] = withWeights(*document.variants[1], path("b.tmp"));
    QStringList missing;
    ASSERT_EQ(gatherWeights(document, path("p.files"), missing), QString());
    EXPECT_TRUE(missing.isEmpty());
    EXPECT_EQ(document.variants[1]->result.recipe.trained_weights, path("p.files/b.qsw").toStdString());
    EXPECT_TRUE(QFile::exists(path("p.files/b.qsw")));
    EXPECT_EQ(document.variants[0]->result.recipe.trained_weights, "");
    ASSERT_EQ(gatherWeights(document, path("p.files"), missing), QString()) << "once more is no harm";

    document.variants[1] = withWeights(*document.variants[1], QStringLiteral("/on/another/machine.qsw"));
    ASSERT_EQ(gatherWeights(document, path("p.files"), missing), QString());
    EXPECT_EQ(missing, QStringList(QStringLiteral("second")));
    EXPECT_EQ(document.variants[1]->result.recipe.trained_weights, "/on/another/machine.qsw");
}

TEST_F(ProjectFileTest, AVariantIsWrittenOnceBesideTheProject) {
    Document document = fullDocument();
    ASSERT_EQ(writeProject(path("p.qsproj"), {document, {}, {}}), QString());
    const QFileInfo project(path("p.qsproj"));
    const QString file = variantFile(path("p.files"), QStringLiteral("a"));
    EXPECT_GT(QFileInfo(file).size(), project.size()) << "the large part";
    writeText(file, "untouched");
    ASSERT_EQ(writeProject(path("p.qsproj"), {document, {}, {}}), QString());
    QFile read(file);
    ASSERT_TRUE(read.open(QIODevice::ReadOnly));
    EXPECT_EQ(read.readAll(), "untouched");

    ASSERT_EQ(writeProject(path("other.qsproj"), {document, {}, {}}, path("p.files")), QString());
    EXPECT_FALSE(QFileInfo::exists(path("other.files"))) << "they have files already";
    document.variants.push_back(makeVariant(QStringLiteral("c"), QStringLiteral("third"), {}, {}));
    ASSERT_EQ(writeProject(path("other.qsproj"), {document, {}, {}}, path("p.files")), QString());
    EXPECT_EQ(QDir(path("other.files")).entryList(QDir::Files), QStringList(QStringLiteral("c.qsvariant")));
}

TEST_F(ProjectFileTest, AVariantThatIsMissingOrDamagedCostsNoOther) {
    Document document = fullDocument();
    document.variants.push_back(
        makeVariant(QStringLiteral("c"), QStringLiteral("third"), {}, document.variants[0]->result));
    ASSERT_EQ(writeProject(path("p.qsproj"), {document, {}, {}}), QString());
    ASSERT_TRUE(QFile::remove(variantFile(path("p.files"), QStringLiteral("a"))));
    const QString damaged = variantFile(path("p.files"), QStringLiteral("b"));
    for (const char* text : {"", "{}", "[1]", R"({"format":"quantoscope variant","version":1,"id":"a"})",
                             R"({"format":"quantoscope variant","version":1,"id":"b","result":{"layers":7}})",
                             R"({"format":"quantoscope variant","version":9,"id":"b","result":{}})"}) {
        writeText(damaged, text);
        ProjectFile read;
        ASSERT_EQ(readProject(path("p.qsproj"), read), QString()) << text;
        ASSERT_EQ(read.document.variants.size(), 1u) << text;
        EXPECT_EQ(read.document.variants[0]->name, QStringLiteral("third"));
        EXPECT_EQ(read.document.currentVariant, QStringLiteral("c")) << "the current one is lost";
        ASSERT_EQ(read.problems.size(), 2);
        EXPECT_THAT(read.problems[0].toStdString(),
                    testing::AllOf(HasSubstr("\"first\" cannot be shown"), HasSubstr("a.qsvariant")));
        EXPECT_THAT(read.problems[1].toStdString(), HasSubstr("\"second\" cannot be shown"));
        removeStrayFiles(read.document, path("p.files"));
        EXPECT_TRUE(QFileInfo::exists(damaged)) << "somebody may mend it";
    }
}

TEST_F(ProjectFileTest, NoFileIsReadThatIsNone) {
    writeText(path("x.qsproj"), R"({"format":"quantoscope project","version":2,
        "variants":[{"id":"a","name":"first","file":"/dev/zero"},{"id":"b","name":"second","file":"."}]})");
    ProjectFile read;
    ASSERT_EQ(readProject(path("x.qsproj"), read), QString());
    EXPECT_EQ(read.problems.size(), 2);
}

TEST_F(ProjectFileTest, IdsNameFilesAndNothingElse) {
    EXPECT_TRUE(isFileName(QStringLiteral("0c7a1f3e-1_Z")));
    for (const QString& id :
         {QString(), QStringLiteral("../a"), QStringLiteral("a.b"), QStringLiteral("é"), QString(65, u'a')}) {
        EXPECT_FALSE(isFileName(id)) << id.toStdString();
    }
    const QByteArray twice = R"({"format":"quantoscope project","version":2,
        "variants":[{"id":"a","name":"n","file":"x"},{"id":"a","name":"m","file":"y"}]})";
    EXPECT_THAT(problemOf(twice), HasSubstr("no id of its own"));
}

TEST_F(ProjectFileTest, FilesOfVariantsThatAreGoneAreStray) {
    Document document = fullDocument();
    ASSERT_EQ(writeProject(path("p.qsproj"), {document, {}, {}}), QString());
    writeText(path("p.files/a.qsw"), "weights");
    writeText(path("p.files/b.qsw"), "weights");
    writeText(path("p.files/notes.txt"), "a person's");
    document.variants.erase(document.variants.begin());
    removeStrayFiles(document, path("p.files"));
    EXPECT_EQ(
        QDir(path("p.files")).entryList(QDir::Files),
        QStringList({QStringLiteral("b.qsvariant"), QStringLiteral("b.qsw"), QStringLiteral("notes.txt")}));
}

TEST_F(ProjectFileTest, ReadingCanBeStopped) {
    ASSERT_EQ(writeProject(path("p.qsproj"), {fullDocument(), {}, {}}), QString());
    std::vector<size_t> seen;
    ProjectFile read;
    const auto stopAtTheSecond = [&](size_t done, size_t total) {
        EXPECT_EQ(total, 2u);
        seen.push_back(done);
        return done < 1;
    };
    EXPECT_NE(readProject(path("p.qsproj"), read, stopAtTheSecond), QString());
    EXPECT_THAT(seen, testing::ElementsAre(0u, 1u));
    EXPECT_FALSE(read.document.model) << "nothing half read";
}

/// Files as earlier programs wrote them, with the weights of the second variant beside them.
class FormerProjects : public testing::TestWithParam<const char*> {};

TEST_P(FormerProjects, Open) {
    const QString path = QStringLiteral(QS_SOURCE_DIR "/tests/app/projects/") + QLatin1String(GetParam());
    ProjectFile read;
    ASSERT_EQ(readProject(path, read), QString());
    EXPECT_TRUE(read.problems.isEmpty());
    const Document& document = read.document;
    ASSERT_TRUE(document.model);
    EXPECT_EQ(document.model->layers.size(), samples::modelInfo("").layers.size());
    ASSERT_NE(document.rules.ofLayer("fc"), nullptr);
    EXPECT_EQ(document.rules.ofLayer("fc")->preset, "fp32");
    EXPECT_EQ(document.settings.calibSamples, 11);
    EXPECT_EQ(document.currentVariant, QStringLiteral("b"));
    ASSERT_EQ(document.variants.size(), 2u);
    const protocol::VariantResult expected = samples::variant(samples::recipe());
    const protocol::VariantResult& result = document.variants[0]->result;
    ASSERT_EQ(result.layers.size(), expected.layers.size());
    for (size_t i = 0; i < result.layers.size(); ++i) {
        EXPECT_EQ(result.layers[i].variant_ms, expected.layers[i].variant_ms);
        EXPECT_EQ(result.layers[i].variant_spread_ms, expected.layers[i].variant_spread_ms);
    }
    EXPECT_EQ(result.boundaries.at(0).variant_ms, expected.boundaries.at(0).variant_ms);
    EXPECT_EQ(result.variant.latency_ms, expected.variant.latency_ms);
    EXPECT_EQ(result.drop->only_variant, expected.drop->only_variant);
    EXPECT_TRUE(document.variants[1]->isTrained());
    EXPECT_EQ(document.variants[1]->result.recipe.trained_weights,
              QFileInfo(path).dir().filePath(QStringLiteral("p.files/b.qsw")).toStdString());
    EXPECT_TRUE(document.proof->result.passed);
}

INSTANTIATE_TEST_SUITE_P(ProjectFileTest, FormerProjects,
                         testing::Values("version1.qsproj", "version1_int8_members.qsproj"));

TEST_F(ProjectFileTest, AProjectOfTheFirstVersionOpensWithItsInput) {
    json model(samples::modelInfo("/models/net.pt"));
    model.erase("inputs");
    model.erase("outputs");
    model["input_shape"] = {1, 1, 28, 28};
    json result(samples::variant(samples::recipe()));
    for (const char* precision : {"fp32", "variant"}) {
        result[precision].erase("metrics");
        result[precision].erase("classes");
    }
    result.erase("drop");
    const json variant = {{"id", "a"}, {"name", "first"}, {"created_at", ""}, {"result", result}};
    const json project = {{"format", "quantoscope project"},
                          {"version", 1},
                          {"model", model},
                          {"variants", json::array({variant})}};
    writeText(path("old.qsproj"), QByteArray::fromStdString(project.dump()));
    ProjectFile read;
    ASSERT_EQ(readProject(path("old.qsproj"), read), QString());
    ASSERT_EQ(read.document.model->inputs.size(), 1u);
    EXPECT_EQ(read.document.model->inputs[0].shape, (std::vector<int64_t>{1, 1, 28, 28}));
    EXPECT_TRUE(read.document.inputs.empty());
    EXPECT_TRUE(read.document.variants.at(0)->result.variant.top1.has_value());
    EXPECT_EQ(read.document.settings.seed, 1u);
}

}  // namespace
}  // namespace qs::app
