#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QTranslator>

#include "support/sample_exports.h"
#include "support/sample_results.h"
#include "support/shared.h"
#include "widgets/common/engine_text.h"
#include "widgets/inspector/fact_grid.h"
#include "widgets/sample_rows.h"
#include "widgets/verify/proof_panel.h"
#include "widgets/verify/verdict_text.h"

namespace qs {
namespace {

using Column = DifferenceTableModel::Column;

protocol::VerifyResult proof(const char* file, bool withData = true) {
    protocol::VerifyParams params;
    params.file = file;
    params.model = "resnet.pt";
    if (withData) {
        params.data = protocol::DataSpec{"fashion-mnist:test", {}};
    }
    return samples::verification(params);
}

QString cell(const QAbstractItemModel& model, int row, int column) {
    return model.index(row, column).data().toString();
}

int rowOf(const QAbstractItemModel& model, const char* layer) {
    for (int row = 0; row < model.rowCount(); ++row) {
        if (cell(model, row, Column::LayerColumn) == QLatin1String(layer)) {
            return row;
        }
    }
    return -1;
}

TEST(VerdictText, SaysWhatTheEngineSaysInTheWindowsWords) {
    protocol::VerifyResult result;
    result.passed = true;
    result.samples = 10000;
    result.agreement = 99.9;
    result.engine_top1 = 93.5;
    result.file_top1 = 93.52;
    result.layers = {{"conv1", "conv2d", 0.1, 1000, 1, 0.1, 100, true}};
    EXPECT_EQ(verdictText(result),
              QStringLiteral("99.90 % of 10,000 samples get the same class (at least 99.80 %); top-1 "
                             "93.50 % in the engine and 93.52 % in the file (at most 0.05 points "
                             "apart); all 1 INT8 layers are within 1 LSB on 99.90 % of their values"));
}

TEST(VerdictText, NamesTheLimitsThatHoldForFewSamples) {
    protocol::VerifyResult result;
    result.passed = true;
    result.samples = 1000;
    result.agreement = 99.9;
    result.engine_top1 = 90.6;
    result.file_top1 = 90.7;
    EXPECT_EQ(verdictText(result),
              QStringLiteral("99.90 % of 1,000 samples get the same class (at least 99.80 %); top-1 "
                             "90.60 % in the engine and 90.70 % in the file (at most 0.10 points apart)"));
    result.samples = 100;
    result.agreement = 99;
    result.engine_top1 = result.file_top1 = 90;
    EXPECT_EQ(verdictText(result),
              QStringLiteral("99.00 % of 100 samples get the same class (at least 99.00 %); top-1 "
                             "90.00 % in the engine and 90.00 % in the file (at most 1.00 points apart)"));
}

TEST(VerdictText, CountsLayersAndNoBoundaries) {
    protocol::VerifyResult result;
    result.passed = true;
    result.layers = {{"x", "quantize", 0.1, 1000, 1, 0.1, 100, true},
                     {"conv1", "conv2d", 0.1, 1000, 1, 0.1, 100, true}};
    EXPECT_EQ(verdictText(result),
              QStringLiteral("all 1 INT8 layers are within 1 LSB on 99.90 % of their values"));
}

TEST(VerdictText, NamesLayersThatTheFileLacks) {
    protocol::VerifyResult result;
    result.missing_layers = {"conv1", "conv2", "conv3", "fc"};
    result.missing_weights = 4;
    EXPECT_EQ(verdictText(result),
              QStringLiteral("the file does not hold 4 of the recipe's INT8 layers (conv1, "
                             "conv2, conv3, ...): it is no export of it"));
    result.missing_layers.clear();
    EXPECT_EQ(verdictText(result),
              QStringLiteral("the file holds 4 INT8 weights less than the recipe makes: it is "
                             "no export of it"));
}

TEST(VerdictText, NamesOnlyWhatFailed) {
    protocol::VerifyResult result;
    result.passed = false;
    result.outputs = {{"boxes", 1, 0.1, 34.9}, {"scores", 0, 0, {}}};
    result.layers = {{"conv1", "conv2d", 0.1, 1000, 3, 0.5, 98.5, false}};
    EXPECT_EQ(
        verdictText(result),
        QStringLiteral("output boxes: SQNR 34.9 dB (at least 35.0 dB); layer conv1 is the first that leaves "
                       "tolerance: 98.50 % of its values are within 1 LSB (at least 99.90 %)"));
}

/// Stands for a .qm file: one text of the engine's registries.
class EngineTranslator : public QTranslator {
  public:
    QString translate(const char* context, const char* source, const char*, int) const override {
        return qstrcmp(context, "Engine") == 0 && qstrcmp(source, "ONNX for phones") == 0
                   ? QStringLiteral("ONNX f\u00fcr Telefone")
                   : QString();
    }
    bool isEmpty() const override { return false; }
};

TEST(EngineText, IsTranslatedOrLeftAsItIs) {
    EngineTranslator translator;
    QCoreApplication::installTranslator(&translator);
    EXPECT_EQ(engineText("ONNX for phones"), QStringLiteral("ONNX f\u00fcr Telefone"));
    EXPECT_EQ(engineText("from a newer engine"), QStringLiteral("from a newer engine"));
    QCoreApplication::removeTranslator(&translator);
}

TEST(DifferenceTableModel, ShowsEveryLayerInExecutionOrder) {
    DifferenceTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const protocol::VerifyResult result = proof("good.pt");
    model.setResult(result);
    ASSERT_EQ(model.rowCount(), static_cast<int>(result.layers.size()));
    EXPECT_EQ(cell(model, 0, Column::LayerColumn), QString::fromStdString(result.layers[0].name));
    EXPECT_EQ(cell(model, 2, Column::MeanColumn), QStringLiteral("0.0002"));
    EXPECT_EQ(cell(model, 2, Column::WorstColumn), QStringLiteral("1.0"));
    EXPECT_EQ(cell(model, 2, Column::WithinColumn), QStringLiteral("100.00\u00a0%"));
    EXPECT_EQ(cell(model, 2, Column::VerdictColumn), QStringLiteral("within tolerance"));
    EXPECT_EQ(model.firstOut(), -1);
    for (int row = 0; row < model.rowCount(); ++row) {
        EXPECT_FALSE(model.index(row, 0).data(Qt::BackgroundRole).isValid());
    }
    EXPECT_EQ(model.index(2, Column::MeanColumn).data(DifferenceTableModel::SortRole).toDouble(), 0.0002);
}

TEST(DifferenceTableModel, MarksTheFirstLayerThatLeavesTolerance) {
    DifferenceTableModel model;
    model.setResult(proof("wrong.pt"));
    const int first = rowOf(model, "layer2.0.conv1");
    ASSERT_GT(first, 0);
    EXPECT_EQ(model.firstOut(), first);
    EXPECT_EQ(cell(model, first - 1, Column::VerdictColumn), QStringLiteral("within tolerance"));
    EXPECT_EQ(cell(model, first, Column::VerdictColumn), QStringLiteral("first out of tolerance"));
    EXPECT_EQ(cell(model, first + 1, Column::VerdictColumn), QStringLiteral("out of tolerance"));
    EXPECT_TRUE(model.index(first, 0).data(Qt::BackgroundRole).isValid());
    EXPECT_FALSE(model.index(first + 1, 0).data(Qt::BackgroundRole).isValid());
    EXPECT_TRUE(model.index(first, 0).data(DifferenceTableModel::FirstOutRole).toBool());
}

class ProofPanelTest : public testing::Test {
  protected:
    void SetUp() override {
        state_.setLayers(samples::layerRows({}));
        panel_.resize(420, 320);
        panel_.show();
        EXPECT_TRUE(QTest::qWaitForWindowExposed(&panel_));
    }

    template <typename T>
    T& child(const char* name) {
        auto* found = panel_.findChild<T*>(QLatin1String(name));
        EXPECT_NE(found, nullptr) << name;
        return *found;
    }
    std::string facts(const char* name) { return child<FactGrid>(name).text().toStdString(); }

    ViewState state_;
    ProofPanel panel_{state_};
};

TEST_F(ProofPanelTest, SaysWhatItIsForUntilSomethingWasExported) {
    EXPECT_TRUE(child<QLabel>("proofEmpty").isVisible());
    EXPECT_FALSE(child<QTabWidget>("proofTabs").isVisible());
    EXPECT_FALSE(child<QLabel>("proofVerdict").isVisible());
}

TEST_F(ProofPanelTest, APassIsSaidInWordsWithItsFigures) {
    state_.setProof(ShownProof{QStringLiteral("/out/good.pt"), proof("good.pt")});
    EXPECT_FALSE(child<QLabel>("proofEmpty").isVisible());
    EXPECT_TRUE(child<QLabel>("proofVerdict").text().contains(QStringLiteral("PASS")));
    EXPECT_TRUE(child<QLabel>("proofVerdict").text().contains(QStringLiteral("99.93 %")));
    const std::string agreement = facts("proofAgreement");
    for (const char* part :
         {"/out/good.pt", "LibTorch 1.13.1, qnnpack", "10,000", "engine 92.41 %, file 92.40 %",
          "99.93 % of samples", "engine 1.25 ms, file 2.5"}) {
        EXPECT_NE(agreement.find(part), std::string::npos) << part << " in\n" << agreement;
    }
    EXPECT_NE(facts("proofOutputs").find("output\t"), std::string::npos);
    EXPECT_NE(facts("proofOutputs").find("52.3"), std::string::npos) << facts("proofOutputs");
    EXPECT_NE(facts("proofNotes").find("the file on qnnpack"), std::string::npos);
    EXPECT_EQ(child<QTabWidget>("proofTabs").currentIndex(), 0);
    state_.setProof({});
    EXPECT_TRUE(child<QLabel>("proofEmpty").isVisible());
    EXPECT_EQ(facts("proofAgreement"), "");
}

TEST_F(ProofPanelTest, WhereTheFileDepartsIsNamedWithItsCause) {
    state_.setProof(ShownProof{QStringLiteral("/out/wrong.pt"), proof("wrong.pt")});
    const std::string departures = facts("proofDepartures");
    for (const char* part :
         {"layer2.0.conv1 (conv2d)\tmaxpool\t11.25 %\t3.0 LSB", "computes it in float (aten::conv2d)"}) {
        EXPECT_NE(departures.find(part), std::string::npos) << part << " in\n" << departures;
    }
    state_.setProof(ShownProof{QStringLiteral("/out/good.pt"), proof("good.pt")});
    EXPECT_EQ(facts("proofDepartures"), "");
}

TEST_F(ProofPanelTest, APassBeforeNobodyButOurselvesIsAmberAndSaysSo) {
    for (const bool says : {true, false}) {  // results of before have no `independent`
        protocol::VerifyResult result = proof("good.pt");
        result.runtime = "reference";
        result.independent = !says;
        state_.setProof(ShownProof{QStringLiteral("/out/good.onnx"), result});
        const QString verdict = child<QLabel>("proofVerdict").text();
        EXPECT_TRUE(
            verdict.startsWith(QStringLiteral("Checked by ourselves only; install onnxruntime-node")));
        EXPECT_FALSE(verdict.contains(QStringLiteral("PASS")));
        EXPECT_TRUE(child<QLabel>("proofVerdict").styleSheet().contains(QStringLiteral("rgb(230, 159, 0)")));
    }
    protocol::VerifyResult wrong = proof("wrong.pt");
    wrong.independent = false;
    state_.setProof(ShownProof{QStringLiteral("/out/wrong.onnx"), wrong});
    EXPECT_TRUE(child<QLabel>("proofVerdict").text().contains(QStringLiteral("FAIL")));
}

TEST_F(ProofPanelTest, AsksToBeSeenForWhatIsNewAndNotForWhatAProjectBrought) {
    QSignalSpy asked(&state_, &ViewState::panelRequested);
    state_.setProof(ShownProof{QStringLiteral("/out/good.pt"), proof("good.pt")});
    EXPECT_EQ(asked.count(), 0);
    emit state_.verified();
    ASSERT_EQ(asked.count(), 1);
    EXPECT_EQ(asked[0][0].value<QWidget*>(), &panel_);
    state_.setExported(samples::exportResult({}));
    EXPECT_EQ(asked.count(), 2);
    state_.setExported({});
    EXPECT_EQ(asked.count(), 2);
}

TEST_F(ProofPanelTest, WithoutLabelsThereIsNoAccuracy) {
    state_.setProof(ShownProof{QStringLiteral("/out/good.pt"), proof("good.pt", false)});
    EXPECT_EQ(facts("proofAgreement").find("Top-1"), std::string::npos);
    EXPECT_EQ(facts("proofAgreement").find("Agreement"), std::string::npos);
}

TEST_F(ProofPanelTest, AFailureShowsTheLayerWhereItBegins) {
    state_.setProof(ShownProof{QStringLiteral("/out/wrong.pt"), proof("wrong.pt")});
    EXPECT_TRUE(child<QLabel>("proofVerdict").text().contains(QStringLiteral("FAIL")));
    EXPECT_EQ(child<QTabWidget>("proofTabs").currentIndex(), 1);
    QTableView& table = panel_.table();
    const int first = rowOf(*table.model(), "layer2.0.conv1");
    const auto place = [&] { return table.visualRect(table.model()->index(first, 0)); };
    EXPECT_TRUE(QTest::qWaitFor([&] { return table.viewport()->rect().contains(place().center()); }))
        << "scrolled to it";
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, place().center());
    EXPECT_EQ(state_.selectedLayers(), QStringList{QStringLiteral("layer2.0.conv1")});
}

TEST_F(ProofPanelTest, AnExportShowsItsFilesNotesAndCommands) {
    protocol::ExportParams params;
    params.path = "/out/net.onnx";
    params.target = "tensorrt";
    state_.setExported(samples::exportResult(params));
    EXPECT_FALSE(child<QLabel>("proofVerdict").isVisible()) << "nothing was verified";
    const std::string shown = facts("proofExport");
    for (const char* part :
         {"tensorrt", "/out/net.onnx\n", "/out/net.onnx.calib", "preprocessing is not inside"}) {
        EXPECT_NE(shown.find(part), std::string::npos) << part << " in\n" << shown;
    }
    QTest::mouseClick(&child<QPushButton>("proofCopyCommands"), Qt::LeftButton);
    EXPECT_EQ(QGuiApplication::clipboard()->text(),
              QStringLiteral("trtexec --onnx=/out/net.onnx --int8 --fp16"));
    params.target = "torchscript";
    state_.setExported(samples::exportResult(params));
    EXPECT_FALSE(child<QPushButton>("proofCopyCommands").isVisibleTo(&panel_));
}

}  // namespace
}  // namespace qs
