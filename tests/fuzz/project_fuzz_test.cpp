// Damaged projects: each opens, can be saved and opens again, or is refused in one line.

#include <gtest/gtest.h>

#include <QFile>
#include <fstream>
#include <sstream>

#include "app/session/project_file.h"
#include "app/session/variant_file.h"
#include "fuzz/fuzz_fixture.h"
#include "fuzz/json_mutation.h"
#include "fuzz/message_check.h"
#include "fuzz/mutation.h"
#include "support/sample_results.h"
#include "support/shared.h"

namespace qs::test {

namespace {

namespace fs = std::filesystem;
using app::ProjectFile;
using app::readProject;
using app::readVariant;
using app::writeProject;
using app::writeVariant;

QString textOf(const fs::path& path) {
    return QString::fromStdString(path.string());
}

std::string contentOf(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

QDateTime savedAt() {
    return QDateTime::fromMSecsSinceEpoch(1'700'000'000'000, Qt::UTC);
}

app::Document fullDocument() {
    app::Document document;
    document.model = samples::share(samples::modelInfo("/models/net.pt"));
    const protocol::DataSpec spec{"fashion-mnist:test", {}};
    document.evaluation = app::OpenedData{spec, samples::dataInfo(spec)};
    document.training = app::OpenedData{{"fashion-mnist:train", {}}, samples::dataInfo(spec)};
    protocol::QConfig narrow{"x86"};
    narrow.weight = {
        .dtype = "int4", .granularity = "group", .group = 32, .parameters = {{"percentile", 99.9}}};
    document.rules = app::Rules({{"global", "", {"x86"}},
                                 {"op", "linear", {"qnnpack"}},
                                 {"regex", "layer[12].*", narrow},
                                 {"layer", "fc", {"fp32"}}});
    document.inputs = {{"x", "Float", {1, 3, 64, 96}}};
    document.variants = {app::makeVariant(QStringLiteral("a"), QStringLiteral("first"), savedAt(),
                                          samples::variant(samples::recipe()))};
    document.currentVariant = QStringLiteral("a");
    protocol::VerifyResult proof;
    proof.layers = {{"conv1", "conv2d", 0.1, 1000, 1, 0.1, 100, true}};
    document.proof = app::Proof{QStringLiteral("/out/net.onnx"), proof};
    return document;
}

/// Opens a variant, writes it under another name, and opens that.
std::string openAndWriteVariant(const fs::path& path) {
    const QString id = QStringLiteral("a");
    protocol::VariantResult result;
    if (const QString problem = readVariant(textOf(path), id, result); !problem.isEmpty()) {
        return complaintAbout(problem.toStdString());
    }
    const QString written = QStringLiteral("written.qsvariant");
    QFile::remove(written);
    if (const QString problem = writeVariant(written, *app::makeVariant(id, id, {}, result));
        !problem.isEmpty()) {
        return complaintAbout(problem.toStdString());
    }
    return readVariant(written, id, result).toStdString();
}

/// Opens a project, saves it under another name, and opens that.
std::string openAndSave(const fs::path& path) {
    ProjectFile project;
    if (const QString problem = readProject(textOf(path), project); !problem.isEmpty()) {
        return complaintAbout(problem.toStdString());
    }
    const QString saved = QStringLiteral("saved.qsproj");
    if (const QString problem = writeProject(saved, project); !problem.isEmpty()) {
        return complaintAbout(problem.toStdString());
    }
    return readProject(saved, project).toStdString();
}

class FuzzProjects : public FuzzTest {
  protected:
    void SetUp() override {
        const fs::path path = folder_ / "whole.qsproj";
        ASSERT_EQ(writeProject(textOf(path), {fullDocument(), {}, savedAt()}), QString());
        whole_ = contentOf(path);
        const QString file = app::variantFile(app::filesFolder(textOf(path)), QStringLiteral("a"));
        variant_ = contentOf(file.toStdString());
        version1_ = contentOf(QS_SOURCE_DIR "/tests/app/projects/version1.qsproj");
        ASSERT_GT(variant_.size(), whole_.size() / 10);
        ASSERT_GT(version1_.size(), whole_.size());
    }
    std::string whole_;
    std::string variant_;   ///< the file of its variant
    std::string version1_;  ///< with its variants inside
};

TEST_F(FuzzProjects, OpensAndSavesAsItIs) {
    expectWell({1, "damaged.qsproj", [&](uint64_t) { return whole_; }}, [](const fs::path& path) {
        ProjectFile project;
        const QString problem = readProject(textOf(path), project);
        return problem.isEmpty() ? openAndSave(path) : problem.toStdString();
    });
}

TEST_F(FuzzProjects, TreeMutated) {
    expectWell({mutations(), "damaged.qsproj", [&](uint64_t seed) { return mutateJson(whole_, seed); }},
               openAndSave);
}

TEST_F(FuzzProjects, TextMutated) {
    expectWell({mutations(), "damaged.qsproj", [&](uint64_t seed) { return mutate(whole_, seed); }},
               openAndSave);
}

TEST_F(FuzzProjects, TreeOfVersion1Mutated) {
    expectWell({mutations(), "damaged.qsproj", [&](uint64_t seed) { return mutateJson(version1_, seed); }},
               openAndSave);
}

TEST_F(FuzzProjects, TreeOfAVariantMutated) {
    expectWell({mutations(), "damaged.qsvariant", [&](uint64_t seed) { return mutateJson(variant_, seed); }},
               openAndWriteVariant);
}

TEST_F(FuzzProjects, TextOfAVariantMutated) {
    expectWell({mutations(), "damaged.qsvariant", [&](uint64_t seed) { return mutate(variant_, seed); }},
               openAndWriteVariant);
}

}  // namespace

}  // namespace qs::test
