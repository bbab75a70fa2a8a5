#include "app/mainwindow.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTimer>
#include <QToolButton>
#include <QTreeWidget>

#include "app/dialogs/data_dialog.h"
#include "app/dialogs/export_dialog.h"
#include "app/dialogs/input_dialog.h"
#include "app/dialogs/qat_dialog.h"
#include "app/dialogs/settings_dialog.h"
#include "app/dialogs/skipped_dialog.h"
#include "app/files.h"
#include "app/last_folder.h"
#include "app/mainwindow_fixture.h"
#include "widgets/common/format.h"
#include "widgets/inspector/fact_grid.h"
#include "widgets/models/finding_table_model.h"
#include "widgets/models/view_state.h"

namespace qs::app {
namespace {

class MainWindowTest : public MainWindowFixture {};

TEST_F(MainWindowTest, BeginsWithTheWelcomePageAndOnlyWhatMakesSenseIsEnabled) {
    EXPECT_TRUE(child<QWidget>("welcomePage")->isVisible());
    EXPECT_FALSE(child<QDockWidget>("summaryDock")->isVisible());
    EXPECT_TRUE(action("openModel")->isEnabled());
    EXPECT_TRUE(action("openProject")->isEnabled());
    for (const char* name : {"calibrate", "train", "restoreSelected", "restoreWorst", "exportOnnx",
                             "saveProject", "undo", "redo", "cancelJob"}) {
        EXPECT_FALSE(action(name)->isEnabled()) << name;
    }
    EXPECT_TRUE(action("calibrate")->toolTip().contains(QStringLiteral("Open a model first")));
    EXPECT_TRUE(child<QLabel>("engineLabel")->text().contains(QStringLiteral("ready")));
}

TEST_F(MainWindowTest, AFailedSaveOrOpeningIsNotTheLastFolder) {
    ASSERT_TRUE(openModelAndData());
    EXPECT_EQ(lastFolder(), folder_.path());
    const QString gone = folder_.filePath(QStringLiteral("gone"));
    ASSERT_TRUE(QDir().mkpath(gone));
    ASSERT_EQ(saveTo(*session_, gone + QStringLiteral("/p.qsproj")), QString());
    rememberFolder(folder_.filePath(QStringLiteral("model.pt")));
    ASSERT_TRUE(QDir(gone).removeRecursively());
    Settings settings = session_->settings();
    ++settings.evalSamples;
    session_->setSettings(settings);
    ASSERT_TRUE(action("saveProject")->isEnabled());
    action("saveProject")->trigger();
    EXPECT_TRUE(until([this] { return messages().size() == 1; }));
    EXPECT_EQ(lastFolder(), folder_.path());
    // Without unsaved changes, about which opening would ask.
    ASSERT_EQ(saveTo(*session_, folder_.filePath(QStringLiteral("p.qsproj"))), QString());
    window_->open(gone + QStringLiteral("/other.qsproj"));
    EXPECT_TRUE(until([this] { return messages().size() == 2; }));
    EXPECT_EQ(lastFolder(), folder_.path());
}

TEST_F(MainWindowTest, ANewWindowFitsAndNothingOfTheToolBarIsHidden) {
    ASSERT_TRUE(openModelAndData());
    for (const QSize size : {QSize(1440, 900), QSize(1280, 720)}) {
        window_->resize(size);
        QTest::qWait(50);
        EXPECT_EQ(window_->size(), size);
        const auto* extension = window_->findChild<QToolButton*>(QStringLiteral("qt_toolbar_ext_button"));
        EXPECT_TRUE(!extension || !extension->isVisible()) << size.width();
    }
}

TEST_F(MainWindowTest, FromModelToRestoredVariantAndBackAgain) {
    ASSERT_TRUE(openModelAndData());
    EXPECT_FALSE(child<QWidget>("welcomePage")->isVisible());
    EXPECT_TRUE(child<QDockWidget>("summaryDock")->isVisible());
    const QString conv = QStringLiteral("layer1.0.conv1");
    EXPECT_EQ(cell(conv, LayerColumnId::Sqnr), QStringLiteral("\u2013"));
    ASSERT_TRUE(calibrate());
    EXPECT_NE(cell(conv, LayerColumnId::Sqnr), QStringLiteral("\u2013"));
    EXPECT_EQ(cell(conv, LayerColumnId::Precision), "INT8");
    EXPECT_EQ(shownVariants(), 1);

    window_->viewState().setSelectedLayers({conv});
    EXPECT_TRUE(action("restoreSelected")->isEnabled());
    action("restoreSelected")->trigger();
    ASSERT_TRUE(until([this] { return session_->variants().size() == 2; }) && idle());
    EXPECT_EQ(shownVariants(), 2);
    EXPECT_EQ(window_->viewState().variants().size(), 2U);
    EXPECT_EQ(cell(conv, LayerColumnId::Precision), "FP32");
    EXPECT_TRUE(until([&] { return cell(conv, LayerColumnId::QConfig) == QStringLiteral("fp32"); }));

    action("undo")->trigger();
    EXPECT_TRUE(
        until([&] { return cell(conv, LayerColumnId::QConfig) == QStringLiteral("inherit (onednn)"); }));
    EXPECT_EQ(cell(conv, LayerColumnId::Precision), "INT8") << "the variant of these rules is shown again";
    EXPECT_EQ(shownVariants(), 2) << "variants are not undone";
    action("redo")->trigger();
    EXPECT_EQ(cell(conv, LayerColumnId::Precision), "FP32");
}

TEST_F(MainWindowTest, RestoreTheWorstTakesTheLayersWithTheLowestSqnr) {
    ASSERT_TRUE(openModelAndData());
    ASSERT_TRUE(calibrate());
    child<QSpinBox>("worstCount")->setValue(2);
    action("restoreWorst")->trigger();
    ASSERT_TRUE(until([this] { return session_->variants().size() == 2; }) && idle());
    EXPECT_EQ(cell(QStringLiteral("layer4.0.downsample.0"), LayerColumnId::Precision), "FP32");
    EXPECT_EQ(window_->viewState().variants().back().floatLayers, 2);
}

TEST_F(MainWindowTest, AProjectComesBackWithEverythingInIt) {
    ASSERT_TRUE(openModelAndData());
    ASSERT_TRUE(calibrate());
    EXPECT_TRUE(window_->isWindowModified());
    const QString project = folder_.filePath(QStringLiteral("mine.qsproj"));
    ASSERT_EQ(saveTo(*session_, project), QString());
    EXPECT_FALSE(window_->isWindowModified());
    EXPECT_TRUE(window_->windowTitle().startsWith(QStringLiteral("mine")));
    action("newProject")->trigger();
    EXPECT_TRUE(child<QWidget>("welcomePage")->isVisible());
    EXPECT_EQ(shownVariants(), 0);
    window_->open(project);
    EXPECT_TRUE(until([this] { return shownVariants() == 1; }));
    EXPECT_NE(cell(QStringLiteral("conv1"), LayerColumnId::Sqnr), QStringLiteral("\u2013"));
}

TEST_F(MainWindowTest, QatShowsItsCurveAndEndsInAVariant) {
    ASSERT_TRUE(openModelAndData());
    action("train")->trigger();
    auto* dialog = window_->findChild<QatDialog*>();
    ASSERT_NE(dialog, nullptr);
    dialog->findChild<QSpinBox*>(QStringLiteral("qatEpochs"))->setValue(2);
    QSignalSpy points(&window_->viewState(), &ViewState::curveChanged);
    QTest::mouseClick(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok), Qt::LeftButton);
    ASSERT_TRUE(until([this] { return !session_->variants().empty(); }) && idle());
    EXPECT_GT(points.count(), 10);
    EXPECT_EQ(session_->settings().qat.epochs, 2);
    EXPECT_FALSE(window_->viewState().curve().empty());
    EXPECT_TRUE(window_->viewState().variants().front().trained);
}

TEST_F(MainWindowTest, AnErrorIsAMessageAndNotADialog) {
    window_->open(folder_.filePath(QStringLiteral("missing.pt")));
    ASSERT_TRUE(until([this] { return !messages().isEmpty(); }));
    EXPECT_TRUE(messages().first().contains(QStringLiteral("no such file")));
    EXPECT_EQ(QApplication::activeModalWidget(), nullptr);
    EXPECT_TRUE(child<QWidget>("welcomePage")->isVisible());
}

TEST_F(MainWindowTest, TheDataDialogOpensTheDataAndWhatCalibrates) {
    action("openData")->trigger();
    auto* dialog = window_->findChild<DataDialog*>();
    ASSERT_NE(dialog, nullptr);
    auto* found = dialog->findChild<QLabel*>(QStringLiteral("dataFound"));
    ASSERT_TRUE(until([&] { return found->text().contains(QStringLiteral("10 class")); }));
    auto* training = dialog->findChild<QRadioButton*>(QStringLiteral("calibrationTraining"));
    EXPECT_TRUE(training->text().contains(QStringLiteral("fashion-mnist:train")));
    dialog->findChild<QTabWidget*>(QStringLiteral("dataTabs"))->setCurrentIndex(2);
    QTest::mouseClick(training, Qt::LeftButton, Qt::NoModifier, QPoint(8, training->height() / 2));
    EXPECT_TRUE(training->isChecked());
    dialog->findChild<QSpinBox*>(QStringLiteral("dataCalibSamples"))->setValue(99);
    QTest::mouseClick(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok), Qt::LeftButton);
    ASSERT_TRUE(until([this] { return session_->data(DataRole::Calibration).has_value(); }) && idle());
    EXPECT_EQ(session_->data(DataRole::Evaluation)->spec.source, "fashion-mnist:test");
    EXPECT_EQ(session_->data(DataRole::Calibration)->spec.source, "fashion-mnist:train");
    EXPECT_EQ(session_->settings().calibSamples, 99);
}

TEST_F(MainWindowTest, AModelWithFreeInputsAsksForTheirShapesInADialog) {
    window_->open(folder_.filePath(QStringLiteral("free.onnx")));
    ASSERT_TRUE(until([this] { return window_->findChild<InputDialog*>() != nullptr; }));
    auto* dialog = window_->findChild<InputDialog*>();
    auto* shape = dialog->findChild<QLineEdit*>(QStringLiteral("inputShape0"));
    EXPECT_EQ(shape->text(), "1x1x224x224");
    shape->selectAll();
    QTest::keyClicks(shape, QStringLiteral("1x1x64x64"));
    QTest::mouseClick(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok), Qt::LeftButton);
    ASSERT_TRUE(until([this] { return session_->model() != nullptr; }) && idle());
    EXPECT_EQ(session_->inputs().at(0).shape, (std::vector<int64_t>{1, 1, 64, 64}));
    EXPECT_TRUE(action("inputShapes")->isEnabled());
}

TEST_F(MainWindowTest, SkippedFilesAreListedWithTheirReasons) {
    window_->open(folder_.filePath(QStringLiteral("net.pt")),
                  protocol::DataSpec{"imagefolder:/data/broken", {}});
    auto* skipped = child<QPushButton>("skippedButton");
    ASSERT_TRUE(until([&] { return skipped->isVisibleTo(window_.get()); }) && idle());
    skipped->click();
    auto* dialog = window_->findChild<SkippedDialog*>();
    ASSERT_NE(dialog, nullptr);
    const auto* list = dialog->findChild<QTreeWidget*>(QStringLiteral("skippedList"));
    ASSERT_EQ(list->topLevelItemCount(), 2);
    EXPECT_EQ(list->topLevelItem(0)->text(0), "/data/broken/a.jpg");
    EXPECT_EQ(list->topLevelItem(0)->text(1), "the file is truncated");
}

TEST_F(MainWindowTest, TheMetricIsChosenInTheSettings) {
    ASSERT_TRUE(openModelAndData());
    action("settings")->trigger();
    auto* dialog = window_->findChild<SettingsDialog*>();
    ASSERT_NE(dialog, nullptr);
    auto* metric = dialog->findChild<QComboBox*>(QStringLiteral("settingsMetric"));
    metric->setFocus();
    QTest::keyClicks(metric, QStringLiteral("SQNR"));
    EXPECT_EQ(metric->currentData().toString(), "sqnr_db");
    QTest::mouseClick(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok), Qt::LeftButton);
    EXPECT_EQ(session_->settings().metric, "sqnr_db");
    ASSERT_TRUE(calibrate());
    EXPECT_EQ(child<QTableView>("variantTable")->model()->headerData(1, Qt::Horizontal).toString(),
              "SQNR / dB");
    EXPECT_TRUE(child<QLabel>("classesEmpty")->text().contains(QStringLiteral("labelled data")));
}

TEST_F(MainWindowTest, TheProfileFollowsTheVariantThatIsShown) {
    ASSERT_TRUE(openModelAndData());
    EXPECT_FALSE(window_->viewState().profile().summary);
    action("panel_profileDock")->trigger();
    ASSERT_TRUE(until([this] { return child<QLabel>("profileEmpty")->isVisible(); }));
    EXPECT_FALSE(child<QLabel>("profileEmpty")->isHidden());
    ASSERT_TRUE(calibrate());
    ASSERT_TRUE(window_->viewState().profile().summary);
    EXPECT_TRUE(child<QLabel>("profileEmpty")->isHidden());
    EXPECT_GT(child<QTableView>("profileTable")->model()->rowCount(), 20);
    const int quantizes = static_cast<int>(window_->viewState().profile().summary->quantizes);
    window_->viewState().setSelectedLayers({QStringLiteral("layer2.0.conv1")});
    action("restoreSelected")->trigger();
    ASSERT_TRUE(until([this] { return session_->variants().size() == 2; }) && idle());
    EXPECT_GT(window_->viewState().profile().summary->quantizes, quantizes);
    emit window_->viewState().variantPicked(session_->variants().front()->id);
    EXPECT_EQ(window_->viewState().profile().summary->quantizes, quantizes);
}

TEST_F(MainWindowTest, TheCostOfRestoringIsToldBeforeItIsDone) {
    ASSERT_TRUE(openModelAndData());
    const auto tip = [this](const char* name) { return action(name)->toolTip(); };
    window_->viewState().setSelectedLayers({QStringLiteral("layer1.0.conv1")});
    EXPECT_FALSE(tip("restoreSelected").contains(QStringLiteral("about")));
    ASSERT_TRUE(calibrate());
    const auto cost = [this](const QStringList& layers) {
        return QStringLiteral("Restore to FP32: about ") +
               format::signedMilliseconds(*restoreCost(window_->viewState().layers(), layers));
    };
    const QStringList two{QStringLiteral("layer1.0.conv1"), QStringLiteral("layer3.0.conv2")};
    EXPECT_TRUE(tip("restoreSelected").contains(cost({two.first()}))) << tip("restoreSelected").toStdString();
    window_->viewState().setSelectedLayers(two);
    EXPECT_TRUE(tip("restoreSelected").contains(cost(two))) << tip("restoreSelected").toStdString();
    const auto& worst = session_->currentVariant()->result;
    EXPECT_TRUE(tip("restoreWorst").contains(cost(worstLayers(worst, 1))))
        << tip("restoreWorst").toStdString();
    child<QSpinBox>("worstCount")->setValue(3);
    EXPECT_TRUE(tip("restoreWorst").contains(cost(worstLayers(worst, 3))))
        << tip("restoreWorst").toStdString();
}

TEST_F(MainWindowTest, AFindingBringsItsLayerIntoSight) {
    ASSERT_TRUE(openModelAndData());
    ASSERT_TRUE(calibrate());
    child<QLineEdit>("layerFilter")->setText(QStringLiteral("no layer has this name"));
    child<QDockWidget>("findingsDock")->raise();
    auto* findings = child<QTableView>("findingTable");
    ASSERT_TRUE(until([&] { return findings->isVisible(); }));
    QTest::mouseClick(findings->viewport(), Qt::LeftButton, Qt::NoModifier,
                      findings->visualRect(findings->model()->index(0, 1)).center());
    QTest::mouseClick(child<QPushButton>("findingShowLayer"), Qt::LeftButton);
    const auto* layers = child<QTableView>("layerTable");
    EXPECT_GT(layers->model()->rowCount(), 1);
    const QString layer = findings->model()->index(0, 1).data(FindingTableModel::LayerRole).toString();
    EXPECT_EQ(layers->currentIndex().data(LayerTableModel::LayerNameRole).toString(), layer);
    EXPECT_EQ(window_->viewState().selectedLayers(), QStringList{layer});
}

TEST_F(MainWindowTest, TheColumnsThatAPersonChoseComeBack) {
    ASSERT_TRUE(openModelAndData());
    action("column_bytes")->trigger();
    action("column_cosine")->trigger();
    const auto hidden = [this](LayerColumnId id) {
        return child<QTableView>("layerTable")->isColumnHidden(static_cast<int>(id));
    };
    EXPECT_FALSE(hidden(LayerColumnId::Bytes));
    ASSERT_TRUE(window_->close());
    window_ = std::make_unique<MainWindow>(*client_, *session_);
    EXPECT_FALSE(hidden(LayerColumnId::Bytes));
    EXPECT_TRUE(hidden(LayerColumnId::Cosine));
    EXPECT_FALSE(hidden(LayerColumnId::Implementation));
}

TEST_F(MainWindowTest, TheBackendIsChosenInTheSettingsAndShownWithTheFigures) {
    ASSERT_TRUE(openModelAndData());
    action("settings")->trigger();
    auto* dialog = window_->findChild<SettingsDialog*>();
    ASSERT_NE(dialog, nullptr);
    auto* backend = dialog->findChild<QComboBox*>(QStringLiteral("settingsBackend"));
    ASSERT_NE(backend, nullptr);
    backend->setFocus();
    QTest::keyClicks(backend, QStringLiteral("xnn"));
    QTest::mouseClick(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok), Qt::LeftButton);
    ASSERT_TRUE(calibrate());
    EXPECT_EQ(session_->currentVariant()->result.recipe.backend, "xnnpack");
    EXPECT_TRUE(child<FactGrid>("measurement")->text().contains(QStringLiteral("Backend\txnnpack")));
}

TEST_F(MainWindowTest, AnExportIsVerifiedOnceItIsWritten) {
    ASSERT_TRUE(openModelAndData());
    EXPECT_FALSE(action("exportVariant")->isEnabled());
    EXPECT_TRUE(action("exportFp32")->isEnabled()) << "needs no variant";
    ASSERT_TRUE(calibrate());
    action("exportOnnx")->trigger();
    auto* dialog = window_->findChild<ExportDialog*>();
    ASSERT_NE(dialog, nullptr);
    EXPECT_EQ(dialog->choice().target, QStringLiteral("onnxruntime-x64"));
    EXPECT_TRUE(dialog->choice().path.endsWith(QStringLiteral("/resnet_int8.onnx")));
    dialog->findChild<QLineEdit*>(QStringLiteral("exportPath"))
        ->setText(folder_.filePath(QStringLiteral("wrong.onnx")));
    QTest::mouseClick(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok), Qt::LeftButton);
    ASSERT_TRUE(until([this] { return session_->proof().has_value(); }) && idle());
    EXPECT_TRUE(child<QLabel>("proofVerdict")->text().contains(QStringLiteral("FAIL")));
    EXPECT_TRUE(child<QLabel>("proofVerdict")->isVisible()) << "its panel was brought to the front";
    EXPECT_TRUE(child<FactGrid>("proofExport")->text().contains(QStringLiteral("preprocessing")));
    EXPECT_TRUE(messages().join(QLatin1Char(' ')).contains(QStringLiteral("wrong.onnx does not do what")));
    session_->clear();
    EXPECT_TRUE(child<QLabel>("proofVerdict")->isHidden());
    EXPECT_EQ(child<FactGrid>("proofExport")->text(), QString());
}

TEST_F(MainWindowTest, ClosingRightAfterOpeningAsksNothing) {
    ASSERT_TRUE(openModelAndData());
    EXPECT_FALSE(window_->isWindowModified());
    EXPECT_TRUE(action("saveProject")->isEnabled()) << "it has never been saved";
    EXPECT_TRUE(window_->close());
}

TEST_F(MainWindowTest, ClosingWithUnsavedChangesAsksAndCanBeRefused) {
    ASSERT_TRUE(openModelAndData());
    ASSERT_TRUE(calibrate());
    const auto answerWith = [](QMessageBox::StandardButton button) {
        QTimer::singleShot(0, [button] {
            auto* question = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            ASSERT_NE(question, nullptr);
            QTest::mouseClick(question->button(button), Qt::LeftButton);
        });
    };
    answerWith(QMessageBox::Cancel);
    EXPECT_FALSE(window_->close());
    answerWith(QMessageBox::Discard);
    EXPECT_TRUE(window_->close());
}

}  // namespace
}  // namespace qs::app
