#include <gtest/gtest.h>

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include "app/dialogs/data_dialog.h"
#include "app/dialogs/export_dialog.h"
#include "app/dialogs/input_dialog.h"
#include "app/dialogs/preprocessing_editor.h"
#include "app/dialogs/settings_dialog.h"
#include "app/dialogs/size_edit.h"
#include "app/dialogs/source_editor.h"
#include "support/sample_results.h"

namespace qs::app {
namespace {

class DialogsTest : public testing::Test {
  protected:
    std::string makeFile(const char* name) {
        QFile file(folder_.filePath(QLatin1String(name)));
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
        return file.fileName().toStdString();
    }

    static void chooseFormat(QWidget& dialog, const char* format) {
        auto* source = dialog.findChild<SourceEditor*>(QStringLiteral("dataSource"));
        auto* combo = source->findChild<QComboBox*>(QStringLiteral("dataFormat"));
        combo->setCurrentIndex(combo->findData(QLatin1String(format)));
        EXPECT_EQ(combo->currentData().toString(), QLatin1String(format));
    }

    static bool canAccept(const QDialog& dialog) {
        return dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->isEnabled();
    }

    static void type(QWidget& parent, const char* name, const std::string& text) {
        auto* edit = parent.findChild<QLineEdit*>(QLatin1String(name));
        ASSERT_NE(edit, nullptr) << name;
        edit->clear();
        QTest::keyClicks(edit, QString::fromStdString(text));
    }

    QTemporaryDir folder_;
    std::vector<protocol::EntryInfo> formats_ = samples::engineInfo().data_formats;
};

TEST_F(DialogsTest, EveryFormatHasAPageAndItsSourceComesBack) {
    const std::string folder = folder_.path().toStdString();
    const std::string a = makeFile("a");
    const std::string b = makeFile("b");
    const std::vector<std::string> sources = {
        "cifar10:" + folder + ",train",
        "fashion-mnist:train",
        "idx:" + a,
        "idx:" + a + "," + b,
        "imagefolder:" + folder,
        "imagelist:" + a,
        "npy:" + a,
        "npy:" + a + "," + b,
        "npy:x=" + a + ",y=" + b + ",labels=" + a,
        "npz:" + a,
        "video:anything at all",
    };
    for (const auto& source : sources) {
        SourceEditor editor(formats_);
        editor.setSource(source);
        EXPECT_EQ(editor.source(), source);
        EXPECT_EQ(editor.obstacle(), QString()) << source;
        EXPECT_FALSE(editor.findChild<QLabel*>(QStringLiteral("formatDescription"))->text().isEmpty());
    }
    for (const auto& entry : formats_) {
        SourceEditor editor(formats_);
        editor.setSource(entry.name + ":" + folder + "/missing");
        EXPECT_EQ(editor.obstacle().isEmpty(), entry.name == "fashion-mnist" || entry.name == "video")
            << entry.name;
    }
}

TEST_F(DialogsTest, TheDataDialogMakesASpecAndRefusesWhatCannotBe) {
    DataDialog dialog(formats_, true);
    dialog.show();
    chooseFormat(dialog, "imagefolder");
    EXPECT_FALSE(canAccept(dialog));
    type(*dialog.findChild<SourceEditor*>(QStringLiteral("dataSource")), "dataFolder",
         folder_.path().toStdString());
    EXPECT_TRUE(canAccept(dialog));
    type(dialog, "dataClassNames", "/no/such/names");
    EXPECT_FALSE(canAccept(dialog));
    const std::string names = makeFile("names.txt");
    type(dialog, "dataClassNames", names);
    dialog.findChild<QTabWidget*>(QStringLiteral("dataTabs"))->setCurrentIndex(1);
    type(dialog, "dataMean", "0.5, x");
    EXPECT_FALSE(canAccept(dialog));
    type(dialog, "dataMean", "0.5, 0.25,0.1");
    type(dialog, "dataStd", "0");
    EXPECT_FALSE(canAccept(dialog));
    type(dialog, "dataStd", "");
    type(dialog, "dataScale", "1/0");
    EXPECT_FALSE(canAccept(dialog));
    type(dialog, "dataScale", "1/128");
    auto* crop = dialog.findChild<SizeEdit*>(QStringLiteral("dataCrop"))
                     ->findChild<QComboBox*>(QStringLiteral("sizeMode"));
    crop->setFocus();
    QTest::keyClick(crop, Qt::Key_End);
    const DataChoice choice = dialog.choice();
    EXPECT_EQ(choice.spec.source, "imagefolder:" + folder_.path().toStdString());
    EXPECT_EQ(choice.spec.labels, names);
    EXPECT_EQ(choice.spec.preprocessing.mean, (std::vector<double>{0.5, 0.25, 0.1}));
    EXPECT_EQ(choice.spec.preprocessing.scale, 1.0 / 128);
    EXPECT_EQ(choice.spec.preprocessing.crop, 0);
    EXPECT_FALSE(choice.spec.preprocessing.resize.has_value());
    EXPECT_FALSE(choice.calibration.has_value());
}

TEST_F(DialogsTest, ThePresetFillsInEveryFieldAndFollowsThem) {
    PreprocessingEditor editor;
    editor.show();
    auto* preset = editor.findChild<QComboBox*>(QStringLiteral("dataPreset"));
    preset->setFocus();
    QTest::keyClick(preset, Qt::Key_Down);
    protocol::Preprocessing value = editor.value();
    EXPECT_EQ(value.resize, 256);
    EXPECT_EQ(value.crop, 224);
    EXPECT_EQ(value.mean, (std::vector<double>{0.485, 0.456, 0.406}));
    EXPECT_EQ(value.scale, 1.0 / 255);
    EXPECT_EQ(value.layout, "nchw");
    EXPECT_EQ(preset->currentIndex(), 1) << "it is still this preset";
    auto* edit = editor.findChild<QLineEdit*>(QStringLiteral("dataMean"));
    edit->setText(QStringLiteral("0.5"));
    EXPECT_EQ(preset->currentIndex(), preset->count() - 1) << "own settings";
    preset->setFocus();
    QTest::keyClick(preset, Qt::Key_Home);
    EXPECT_EQ(editor.value(), protocol::Preprocessing());
    editor.setValue({{}, {}, {}, {}, {}, {192, 320}, {160, 300}, "bicubic", "bgr", 1.0, "nhwc"});
    value = editor.value();
    EXPECT_EQ(value.resize_to, (std::vector<int>{192, 320}));
    EXPECT_EQ(value.crop_to, (std::vector<int>{160, 300}));
    EXPECT_EQ(value.interpolation, "bicubic");
    EXPECT_EQ(value.color_order, "bgr");
    EXPECT_EQ(value.layout, "nhwc");
}

TEST_F(DialogsTest, WhatIsFoundIsShownAndSaysWhatTheDefaultsAre) {
    DataDialog dialog(formats_, true);
    QSignalSpy asked(&dialog, &DataDialog::checkRequested);
    DataChoice choice;
    choice.spec.source = "fashion-mnist:test";
    dialog.setChoice(choice);
    dialog.show();
    ASSERT_TRUE(asked.count() > 0 || asked.wait(5000));
    protocol::DataInfo info = samples::dataInfo(asked.last()[0].value<protocol::DataSpec>());
    info.skipped = {"/x/a.jpg: truncated"};
    dialog.showFound(info);
    const QString found = dialog.findChild<QLabel*>(QStringLiteral("dataFound"))->text();
    EXPECT_TRUE(found.contains(QStringLiteral("10000 sample"))) << found.toStdString();
    EXPECT_TRUE(found.contains(QStringLiteral("/x/a.jpg: truncated")));
    EXPECT_EQ(dialog.findChild<QLineEdit*>(QStringLiteral("dataMean"))->placeholderText(), "default: 0.286");
    EXPECT_EQ(dialog.findChild<QLineEdit*>(QStringLiteral("dataScale"))->placeholderText(), "default: 1/255");
    dialog.showNotFound(QStringLiteral("no images there"));
    EXPECT_EQ(dialog.findChild<QLabel*>(QStringLiteral("dataFound"))->text(), "no images there");
    EXPECT_EQ(dialog.findChild<QLineEdit*>(QStringLiteral("dataMean"))->placeholderText(), "default");
}

TEST_F(DialogsTest, CalibrationOnOtherDataIsChosenAndAnOverlapIsSaid) {
    DataDialog dialog(formats_, true);
    DataChoice choice;
    choice.spec.source = "fashion-mnist:test";
    dialog.setChoice(choice);
    dialog.show();
    dialog.findChild<QTabWidget*>(QStringLiteral("dataTabs"))->setCurrentIndex(2);
    auto* other = dialog.findChild<QRadioButton*>(QStringLiteral("calibrationOther"));
    QTest::mouseClick(other, Qt::LeftButton, Qt::NoModifier, QPoint(8, other->height() / 2));
    ASSERT_TRUE(other->isChecked());
    auto* source = dialog.findChild<SourceEditor*>(QStringLiteral("calibrationSource"));
    EXPECT_TRUE(source->isVisible());
    source->setSource("npz:" + makeFile("c.npz"));
    EXPECT_TRUE(canAccept(dialog));
    EXPECT_TRUE(dialog.choice().calibration->source.ends_with("c.npz"));
    source->setSource("fashion-mnist:test");
    EXPECT_TRUE(dialog.findChild<QLabel*>(QStringLiteral("dataProblem"))
                    ->text()
                    .contains(QStringLiteral("same samples")));
    source->setSource("npz:/missing.npz");
    EXPECT_FALSE(canAccept(dialog));

    DataDialog again(formats_, true);
    choice.calibration = protocol::DataSpec{"fashion-mnist:train", {}};
    again.setChoice(choice);
    again.showFound(samples::dataInfo({"fashion-mnist:test", {}}));
    EXPECT_TRUE(again.findChild<QRadioButton*>(QStringLiteral("calibrationTraining"))->isChecked());
    EXPECT_EQ(again.choice().calibration->source, "fashion-mnist:train");
}

TEST_F(DialogsTest, NamedInputsAreEnteredInATableAndTensorsAreNotPreprocessed) {
    DataDialog dialog(formats_, false);
    dialog.setModelInputs(samples::modelInfo("detector.onnx").inputs);
    dialog.show();
    chooseFormat(dialog, "npy");
    auto* table = dialog.findChild<QTableWidget*>(QStringLiteral("dataArrays"));
    ASSERT_EQ(table->rowCount(), 2);
    EXPECT_EQ(table->item(1, 0)->text(), "scale");
    const std::string a = makeFile("a.npy");
    for (int row = 0; row < 2; ++row) {
        EXPECT_FALSE(canAccept(dialog));
        table->setItem(row, 1, new QTableWidgetItem(QString::fromStdString(a)));
    }
    EXPECT_TRUE(canAccept(dialog));
    EXPECT_EQ(dialog.choice().spec.source, "npy:image=" + a + ",scale=" + a);
    EXPECT_FALSE(dialog.findChild<QLabel*>(QStringLiteral("tensorsNote"))->isHidden());
    QTest::mouseClick(dialog.findChild<QPushButton*>(QStringLiteral("dataArrayAdd")), Qt::LeftButton);
    EXPECT_EQ(table->rowCount(), 3);
    EXPECT_FALSE(canAccept(dialog));
    QTest::mouseClick(dialog.findChild<QPushButton*>(QStringLiteral("dataArrayRemove")), Qt::LeftButton);
    EXPECT_TRUE(canAccept(dialog));
}

TEST_F(DialogsTest, TheInputDialogRefusesWhatIsNoShape) {
    InputDialog dialog(QStringLiteral("why"), {{"image", "Float", {-1, 3, -1, -1}}, {"scale", "Float", {}}});
    dialog.setData({{"", "Float", {3, 320, 320}}, {"scale", "Float", {2}}});
    dialog.show();
    auto* image = dialog.findChild<QLineEdit*>(QStringLiteral("inputShape0"));
    EXPECT_EQ(image->text(), "?x3x?x?");
    EXPECT_FALSE(canAccept(dialog));
    type(dialog, "inputShape0", "1x3x64");
    type(dialog, "inputShape1", "1x2");
    EXPECT_FALSE(canAccept(dialog)) << "the file declares four dimensions";
    type(dialog, "inputShape0", "1x3x64x64");
    EXPECT_TRUE(canAccept(dialog));
    QTest::mouseClick(dialog.findChild<QPushButton*>(QStringLiteral("inputFromData")), Qt::LeftButton);
    ASSERT_EQ(dialog.inputs().size(), 2u);
    EXPECT_EQ(dialog.inputs()[0].shape, (std::vector<int64_t>{1, 3, 320, 320}));
    EXPECT_EQ(dialog.inputs()[1].shape, (std::vector<int64_t>{1, 2}));
    QTest::mouseClick(dialog.findChild<QPushButton*>(QStringLiteral("inputReset")), Qt::LeftButton);
    EXPECT_EQ(dialog.result(), QDialog::Accepted);
    EXPECT_TRUE(dialog.inputs().empty()) << "the file decides";
}

TEST_F(DialogsTest, TheBackendIsOneOfTheEnginesAndTheFirstByDefault) {
    const protocol::EngineInfo engine = samples::engineInfo();
    SettingsDialog dialog({}, engine);
    dialog.show();
    auto* backend = dialog.findChild<QComboBox*>(QStringLiteral("settingsBackend"));
    ASSERT_NE(backend, nullptr);
    EXPECT_EQ(backend->count(), static_cast<int>(engine.backends.size()));
    EXPECT_EQ(dialog.settings().backend, "onednn");
    const auto* text = dialog.findChild<QLabel*>(QStringLiteral("settingsBackendText"));
    EXPECT_EQ(text->text().toStdString(), engine.backends[0].description);
    backend->setFocus();
    QTest::keyClicks(backend, QStringLiteral("x"));
    EXPECT_EQ(dialog.settings().backend, "xnnpack");
    EXPECT_EQ(text->text().toStdString(), engine.backends[1].description);

    Settings settings;
    settings.backend = "reference";
    EXPECT_EQ(SettingsDialog(settings, engine).settings().backend, "reference");
}

TEST_F(DialogsTest, AlgorithmsAreTheEnginesWithTheirParameters) {
    const protocol::EngineInfo engine = samples::engineInfo();
    SettingsDialog dialog({}, engine);
    dialog.show();
    EXPECT_TRUE(dialog.settings().algorithms.empty());
    auto* box = dialog.findChild<QCheckBox*>(QStringLiteral("algorithm_bias_correction"));
    auto* samples = dialog.findChild<QDoubleSpinBox*>(QStringLiteral("algorithm_bias_correction_samples"));
    ASSERT_TRUE(box && samples);
    EXPECT_EQ(box->toolTip().toStdString(), engine.algorithms[0].description);
    EXPECT_FALSE(samples->isEnabled());
    QTest::keyClick(box, Qt::Key_Space);
    EXPECT_TRUE(samples->isEnabled());
    EXPECT_EQ(samples->text(), "64") << "a whole number";
    samples->selectAll();
    QTest::keyClicks(samples, QStringLiteral("16"));
    const auto chosen = dialog.settings().algorithms;
    ASSERT_EQ(chosen.size(), 1u);
    EXPECT_EQ(chosen[0].name, "bias_correction");
    EXPECT_EQ(chosen[0].parameters.at("samples"), 16);

    Settings settings;
    settings.algorithms = {{"of_another_engine", {{"a", 2}}}, chosen[0]};
    SettingsDialog again(settings, engine);
    again.show();
    EXPECT_EQ(again.settings().algorithms.size(), 2u) << "what has no field stays";
    EXPECT_EQ(again.settings().algorithms[1].parameters.at("samples"), 16);
    QTest::keyClick(again.findChild<QCheckBox*>(QStringLiteral("algorithm_bias_correction")), Qt::Key_Space);
    ASSERT_EQ(again.settings().algorithms.size(), 1u);
    EXPECT_EQ(again.settings().algorithms[0].name, "of_another_engine");
}

TEST_F(DialogsTest, AnEngineThatListsNoBackendsOffersNone) {
    protocol::EngineInfo engine = samples::engineInfo();
    engine.backends.clear();
    Settings settings;
    settings.backend = "xnnpack";
    const SettingsDialog dialog(settings, engine);
    EXPECT_EQ(dialog.findChild<QComboBox*>(QStringLiteral("settingsBackend")), nullptr);
    EXPECT_EQ(dialog.settings().backend, "xnnpack") << "what has no field stays";
}

class ExportDialogTest : public DialogsTest {
  protected:
    void SetUp() override {
        start_.what = QStringLiteral("onednn");
        start_.path = folder_.filePath(QStringLiteral("net_int8"));
        start_.hasData = true;
    }

    static void choose(ExportDialog& dialog, const char* target) {
        auto* combo = dialog.findChild<QComboBox*>(QStringLiteral("exportTarget"));
        combo->setCurrentIndex(combo->findData(QLatin1String(target)));
        EXPECT_EQ(dialog.choice().target, QLatin1String(target));
    }

    /// Presses `button` of the question that is about to come, and Export.
    static void pressExport(ExportDialog& dialog, QMessageBox::StandardButton button) {
        QTimer::singleShot(0, [button] {
            auto* question = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            ASSERT_NE(question, nullptr);
            QTest::mouseClick(question->button(button), Qt::LeftButton);
        });
        QTest::mouseClick(dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok),
                          Qt::LeftButton);
    }

    ExportStart start_;
    std::vector<protocol::TargetInfo> targets_ = samples::engineInfo().targets;
};

TEST_F(ExportDialogTest, TheEndingAndTheOptionsFollowTheTarget) {
    start_.target = QStringLiteral("onnxruntime-x64");
    ExportDialog dialog(targets_, start_);
    dialog.show();
    auto* opset = dialog.findChild<QSpinBox*>(QStringLiteral("exportOpset"));
    EXPECT_EQ(dialog.choice().path, folder_.filePath(QStringLiteral("net_int8.onnx")));
    EXPECT_EQ(dialog.choice().opset, 13);
    EXPECT_EQ(opset->maximum(), 21);
    opset->setValue(19);
    EXPECT_EQ(dialog.choice().opset, 19);
    EXPECT_TRUE(dialog.choice().verify);
    choose(dialog, "torchscript");
    EXPECT_EQ(dialog.choice().path, folder_.filePath(QStringLiteral("net_int8.pt")));
    EXPECT_EQ(dialog.choice().opset, 0);
    EXPECT_FALSE(opset->isEnabled());
    choose(dialog, "android");
    EXPECT_EQ(dialog.choice().path, folder_.filePath(QStringLiteral("net_int8")));
    choose(dialog, "tensorrt");
    EXPECT_EQ(dialog.choice().path, folder_.filePath(QStringLiteral("net_int8.onnx")));
    EXPECT_TRUE(dialog.findChild<QLabel*>(QStringLiteral("exportDescription"))
                    ->text()
                    .contains(QStringLiteral("TensorRT")));
    auto* inside = dialog.findChild<QCheckBox*>(QStringLiteral("exportPreprocessing"));
    EXPECT_FALSE(dialog.choice().preprocessingInside);
    inside->click();
    EXPECT_TRUE(dialog.choice().preprocessingInside);
    EXPECT_FALSE(dialog.choice().fp32);
}

TEST_F(ExportDialogTest, WhatNothingHereOpensIsNotVerifiedAndWithoutDataThereIsNoPreprocessing) {
    targets_.front().runtime.clear();
    start_.hasData = false;
    start_.fp32 = true;
    ExportDialog dialog(targets_, start_);
    EXPECT_NE(dialog.choice().target, QStringLiteral("android")) << "most people want a file first";
    choose(dialog, "android");
    EXPECT_FALSE(dialog.choice().verify);
    EXPECT_FALSE(dialog.findChild<QCheckBox*>(QStringLiteral("exportPreprocessing"))->isEnabled());
    EXPECT_TRUE(dialog.choice().fp32);
    choose(dialog, "lite");
    EXPECT_TRUE(dialog.choice().verify);
}

TEST_F(ExportDialogTest, RefusesAPlaceThatIsNotThere) {
    start_.target = QStringLiteral("torchscript");
    ExportDialog dialog(targets_, start_);
    dialog.show();
    EXPECT_TRUE(canAccept(dialog));
    type(dialog, "exportPath", "/no/such/folder/net.pt");
    EXPECT_FALSE(canAccept(dialog));
    EXPECT_TRUE(dialog.findChild<QLabel*>(QStringLiteral("exportObstacle"))
                    ->text()
                    .contains(QStringLiteral("/no/such/folder")));
    type(dialog, "exportPath", "");
    EXPECT_FALSE(canAccept(dialog));
    type(dialog, "exportPath", folder_.filePath(QStringLiteral("x")).toStdString());
    EXPECT_TRUE(canAccept(dialog));
    EXPECT_EQ(dialog.choice().path, folder_.filePath(QStringLiteral("x.pt")));
}

TEST_F(ExportDialogTest, AsksBeforeItReplacesWhatExists) {
    makeFile("net_int8.pt");
    start_.target = QStringLiteral("torchscript");
    ExportDialog dialog(targets_, start_);
    dialog.show();
    QSignalSpy accepted(&dialog, &QDialog::accepted);
    pressExport(dialog, QMessageBox::Cancel);
    EXPECT_EQ(accepted.count(), 0);
    EXPECT_FALSE(dialog.choice().replace);
    pressExport(dialog, QMessageBox::Yes);
    EXPECT_EQ(accepted.count(), 1);
    EXPECT_TRUE(dialog.choice().replace);
}

}  // namespace
}  // namespace qs::app
