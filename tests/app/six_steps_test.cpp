// What a person does from the first to the last step, in the real window, with real events, on the engine
// that is shipped: open, calibrate, restore, train, export, save and open again; with an engine killed in
// between.

#include <gtest/gtest.h>
#include <signal.h>

#include <QAbstractItemView>
#include <QApplication>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include "app/dialogs/export_dialog.h"
#include "app/dialogs/qat_dialog.h"
#include "app/mainwindow.h"
#include "app/window_actions.h"
#include "widgets/common/message_bar.h"
#include "widgets/models/layer_table_model.h"
#include "widgets/models/view_state.h"

namespace qs::app {
namespace {

constexpr int kPatience = 240'000;

class SixSteps : public testing::Test {
  protected:
    SixSteps() {
        QSettings().clear();
        const EngineCommand command{QStringLiteral(QS_BIN_DIR "/qscope"), {QStringLiteral("serve")}};
        client_ = std::make_unique<EngineClient>(command);
        session_ = std::make_unique<Session>(*client_, folder_.filePath(QStringLiteral("recovery")));
        window_ = std::make_unique<MainWindow>(*client_, *session_);
        window_->resize(1440, 900);
        window_->show();
        client_->start();
    }

    ~SixSteps() override {
        window_.reset();
        session_.reset();
        client_.reset();
    }

    static bool until(const std::function<bool()>& condition) {
        return QTest::qWaitFor(condition, kPatience);
    }
    bool idle() {
        return until([this] { return !session_->job().running; });
    }
    bool variants(size_t count) {
        return until([&] { return session_->variants().size() == count; }) && idle();
    }

    template <typename T>
    T* child(const char* name) {
        auto* found = window_->findChild<T*>(QLatin1String(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }

    void press(const char* action) {
        auto* button = child<QToolButton>((std::string(action) + "Button").c_str());
        ASSERT_TRUE(button->isEnabled()) << action;
        QTest::mouseClick(button, Qt::LeftButton);
    }

    QModelIndex index(const QString& layer, LayerColumnId column) {
        const QAbstractItemModel& model = *child<QTableView>("layerTable")->model();
        for (int row = 0; row < model.rowCount(); ++row) {
            if (model.index(row, 0).data(LayerTableModel::LayerNameRole) == layer) {
                return model.index(row, static_cast<int>(column));
            }
        }
        ADD_FAILURE() << "no layer " << layer.toStdString();
        return {};
    }
    QString cell(const QString& layer, LayerColumnId column) {
        return index(layer, column).data().toString();
    }

    void clickLayer(const QString& layer) {
        auto* table = child<QTableView>("layerTable");
        const QModelIndex at = index(layer, LayerColumnId::Name);
        table->scrollTo(at);
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(at).center());
    }

    /// Types `path` into the file dialog that is about to open, and presses its button.
    static void answerFileDialog(const QString& path) {
        QTimer::singleShot(200, [path] {
            auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
            ASSERT_NE(dialog, nullptr);
            auto* name = dialog->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"));
            name->clear();
            QTest::keyClicks(name, path);
            QTest::keyClick(name, Qt::Key_Return);
        });
    }

    void useFewSamples() {
        Settings settings = session_->settings();
        settings.calibSamples = 64;
        settings.evalSamples = 256;
        settings.latencyRuns = 5;
        settings.latencyWarmup = 1;
        settings.qat.validation_samples = 128;
        session_->setSettings(settings);
    }

    QTemporaryDir folder_;
    std::unique_ptr<EngineClient> client_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<MainWindow> window_;
};

TEST_F(SixSteps, FromTheModelToTheProjectOpenedAgain) {
    // 1, 2: open a model and data, see every layer, calibrate, see the figures.
    window_->open(QStringLiteral(QS_SOURCE_DIR "/resources/samples/fashion_resnet.pt"),
                  protocol::DataSpec{"fashion-mnist:test", {}});
    ASSERT_TRUE(until([this] { return session_->model() && session_->data(DataRole::Evaluation); }) &&
                idle());
    useFewSamples();
    EXPECT_EQ(cell(QStringLiteral("conv1"), LayerColumnId::OutputShape), QStringLiteral("1×32×28×28"));
    press("calibrate");
    ASSERT_TRUE(variants(1));
    const protocol::VariantResult& first = session_->variants().front()->result;
    EXPECT_GT(first.variant.top1.value_or(0), 88);
    EXPECT_EQ(cell(QStringLiteral("layer2.0.conv1"), LayerColumnId::Precision), QStringLiteral("INT8"));
    for (const auto& row : window_->viewState().layers()) {
        ASSERT_TRUE(row.result && row.result->sqnr_db && row.result->fp32_ms && row.result->variant_ms)
            << row.info->name;
        EXPECT_NE(cell(QString::fromStdString(row.info->name), LayerColumnId::Sqnr), QStringLiteral("–"));
    }

    // 3: restore a layer, then the worst; undo and redo.
    const QString conv = QStringLiteral("layer1.0.conv1");
    clickLayer(conv);
    EXPECT_EQ(window_->viewState().selectedLayers(), QStringList{conv});
    press("restoreSelected");
    ASSERT_TRUE(variants(2));
    EXPECT_EQ(cell(conv, LayerColumnId::Precision), QStringLiteral("FP32"));
    press("undo");
    EXPECT_EQ(cell(conv, LayerColumnId::Precision), QStringLiteral("INT8"));
    press("redo");
    EXPECT_EQ(cell(conv, LayerColumnId::Precision), QStringLiteral("FP32"));
    press("restoreWorst");
    ASSERT_TRUE(variants(3));
    EXPECT_EQ(window_->viewState().variants().back().floatLayers, 2);

    // An engine killed in the middle of a job: said, replaced, and the session goes on.
    press("calibrate");
    ASSERT_TRUE(until([this] { return session_->variants().size() == 4; }));
    const qint64 killed = client_->processId();
    ASSERT_EQ(::kill(static_cast<pid_t>(killed), SIGKILL), 0);
    ASSERT_TRUE(until(
        [&] { return client_->state() == EngineClient::State::Ready && client_->processId() != killed; }));
    EXPECT_TRUE(child<MessageBar>("messageBar")->texts().join(' ').contains(QStringLiteral("crashed")));
    // What was known of the interrupted variant stays, marked as incomplete.
    ASSERT_EQ(session_->variants().size(), 4u);
    EXPECT_FALSE(session_->variants().back()->isComplete());
    session_->removeVariant(session_->variants().back()->id);
    ASSERT_TRUE(variants(3));

    // 4: train with fake quantization.
    press("train");
    auto* dialog = window_->findChild<QatDialog*>();
    ASSERT_NE(dialog, nullptr);
    dialog->findChild<QSpinBox*>(QStringLiteral("qatTrainSamples"))->setValue(256);
    QTest::mouseClick(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok), Qt::LeftButton);
    ASSERT_TRUE(variants(4));
    EXPECT_TRUE(window_->viewState().variants().back().trained);
    EXPECT_FALSE(window_->viewState().curve().empty());
    EXPECT_GT(session_->variants().back()->result.variant.top1.value_or(0), 85);

    // 5: export both formats.
    for (const char* format : {"exportTorchScript", "exportOnnx"}) {
        const QString path =
            folder_.filePath(QLatin1String(format)) +
            (format == std::string("exportOnnx") ? QStringLiteral(".onnx") : QStringLiteral(".pt"));
        window_->findChild<QAction*>(QLatin1String(format))->trigger();
        auto* exporting = window_->findChild<ExportDialog*>();
        ASSERT_NE(exporting, nullptr);
        exporting->findChild<QLineEdit*>(QStringLiteral("exportPath"))->setText(path);
        QTest::mouseClick(exporting->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok),
                          Qt::LeftButton);
        ASSERT_TRUE(until([&] { return session_->proof() && session_->proof()->file == path; }) && idle());
        EXPECT_TRUE(session_->proof()->result.passed) << session_->proof()->result.verdict;
        EXPECT_GT(QFileInfo(path).size(), 100'000) << format;
    }

    // 6: save, close, open again with everything in it.
    const QString project = folder_.filePath(QStringLiteral("sample.qsproj"));
    answerFileDialog(project);
    press("saveProject");
    ASSERT_TRUE(until([this] { return !session_->isSaving(); }));
    ASSERT_TRUE(QFileInfo::exists(project));
    EXPECT_FALSE(window_->isWindowModified());
    const auto saved = session_->variants().back()->result.variant.top1;
    window_->findChild<QAction*>(QStringLiteral("newProject"))->trigger();
    EXPECT_TRUE(session_->variants().empty());
    window_->open(project);
    ASSERT_TRUE(variants(4));
    EXPECT_EQ(session_->variants().back()->result.variant.top1, saved);
    EXPECT_TRUE(until([&] { return cell(conv, LayerColumnId::QConfig) == QStringLiteral("fp32"); }));
    press("calibrate");
    EXPECT_TRUE(variants(5)) << "the project that was opened goes on";
}

}  // namespace
}  // namespace qs::app
