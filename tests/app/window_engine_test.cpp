// The main job of a person, from the bundled sample to the exported files, in the real window with the real
// engine.

#include <gtest/gtest.h>

#include <QDialogButtonBox>
#include <QFileInfo>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include "app/dialogs/qat_dialog.h"
#include "app/mainwindow.h"
#include "widgets/common/message_bar.h"
#include "widgets/models/layer_table_model.h"
#include "widgets/models/view_state.h"

namespace qs::app {
namespace {

constexpr int kPatience = 240'000;
constexpr int kSamples = 512;

class WindowEngineTest : public testing::Test {
  protected:
    WindowEngineTest()
        : client_(EngineCommand{QStringLiteral(QS_BIN_DIR "/qscope"), {QStringLiteral("serve")}}),
          session_(client_, folder_.filePath(QStringLiteral("recovery"))) {
        QSettings().clear();
        Settings settings;
        settings.calibSamples = 64;
        settings.evalSamples = kSamples;
        settings.latencyRuns = 10;
        settings.qat.train_samples = 128;
        settings.qat.validation_samples = 128;
        session_.setSettings(settings);
        window_ = std::make_unique<MainWindow>(client_, session_);
        window_->show();
        client_.start();
    }

    bool until(const std::function<bool()>& condition) { return QTest::qWaitFor(condition, kPatience); }

    bool finishedWith(size_t variants) {
        return until([&] { return session_.variants().size() == variants && !session_.job().running; });
    }

    void trigger(const char* name) {
        auto* action = window_->findChild<QAction*>(QLatin1String(name));
        ASSERT_NE(action, nullptr) << name;
        ASSERT_TRUE(action->isEnabled()) << name << ": " << action->toolTip().toStdString();
        action->trigger();
    }

    std::string messages() {
        return window_->findChild<MessageBar*>()->texts().join(QLatin1Char('\n')).toStdString();
    }

    const protocol::VariantResult& current() { return session_.currentVariant()->result; }

    QTemporaryDir folder_;
    EngineClient client_;
    Session session_;
    std::unique_ptr<MainWindow> window_;
};

TEST_F(WindowEngineTest, FromTheSampleToTheExportedFilesAndBack) {
    const QString sample = QStringLiteral(QS_SOURCE_DIR "/resources/samples/fashion_resnet.pt");
    window_->open(sample, protocol::DataSpec{"fashion-mnist:test", {}});
    ASSERT_TRUE(until([&] { return session_.data(DataRole::Evaluation) && !session_.job().running; }))
        << messages();
    const ViewState& views = window_->viewState();
    ASSERT_FALSE(views.layers().empty());
    EXPECT_EQ(views.layers().front().name(), "conv1");

    trigger("calibrate");
    ASSERT_TRUE(finishedWith(1)) << messages();
    EXPECT_GT(*current().int8.top1, 88);
    EXPECT_LT(std::abs(*current().accuracy_drop), 3);
    for (const auto& row : views.layers()) {
        ASSERT_TRUE(row.result && row.result->sqnr_db && row.result->int8_ms) << row.info.name;
    }

    window_->findChild<QSpinBox*>(QStringLiteral("worstCount"))->setValue(2);
    trigger("restoreWorst");
    ASSERT_TRUE(finishedWith(2)) << messages();
    EXPECT_EQ(views.variants()[0].floatLayers, 0);
    EXPECT_EQ(views.variants()[1].floatLayers, 2);
    EXPECT_GT(views.variants()[1].int8.model_bytes, views.variants()[0].int8.model_bytes);

    trigger("train");
    auto* dialog = window_->findChild<QatDialog*>();
    ASSERT_NE(dialog, nullptr);
    QTest::mouseClick(dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok), Qt::LeftButton);
    ASSERT_TRUE(finishedWith(3)) << messages();
    EXPECT_TRUE(views.variants()[2].trained);
    EXPECT_FALSE(views.curve().empty());

    for (const char* name : {"out.pt", "out.onnx"}) {
        const QString path = folder_.filePath(QLatin1String(name));
        ASSERT_TRUE(session_.exportTo(path));
        ASSERT_TRUE(until([&] { return !session_.job().running; }));
        EXPECT_GT(QFileInfo(path).size(), 10'000) << messages();
    }

    trigger("undo");
    EXPECT_EQ(session_.currentVariant()->id, views.variants()[0].id);
    const QString project = folder_.filePath(QStringLiteral("sample.qsproj"));
    ASSERT_EQ(session_.save(project), QString());
    trigger("newProject");
    EXPECT_TRUE(views.variants().empty());
    window_->open(project);
    ASSERT_EQ(views.variants().size(), 3U);
    EXPECT_TRUE(views.layers().front().result.has_value());
}

}  // namespace
}  // namespace qs::app
