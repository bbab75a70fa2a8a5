#pragma once

#include <gtest/gtest.h>

#include <QAction>
#include <QSettings>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <functional>
#include <memory>

#include "app/client/engine_client.h"
#include "app/mainwindow.h"
#include "app/session/session.h"
#include "support/wait_until.h"
#include "widgets/common/message_bar.h"
#include "widgets/models/layer_table_model.h"

namespace qs::app {

/// The window on the fake engine, with settings of its own.
class MainWindowFixture : public testing::Test {
  protected:
    MainWindowFixture() {
        QSettings().clear();
        start({});
    }

    ~MainWindowFixture() override {
        window_.reset();
        session_.reset();
        client_.reset();
    }

    void start(const QStringList& engineArguments) {
        client_ =
            std::make_unique<EngineClient>(EngineCommand{QStringLiteral(QS_FAKE_ENGINE), engineArguments});
        session_ = std::make_unique<Session>(*client_, folder_.filePath(QStringLiteral("recovery")));
        window_ = std::make_unique<MainWindow>(*client_, *session_);
        window_->resize(1440, 900);
        window_->show();
        client_->start();
        EXPECT_TRUE(until([this] { return client_->state() == EngineClient::State::Ready; }));
    }

    static bool until(const std::function<bool()>& condition) { return test::waitUntil(condition, 20'000); }

    bool idle() {
        return until([this] { return !session_->job().running; });
    }

    bool openModelAndData(const QString& model = QStringLiteral("resnet.pt")) {
        window_->open(folder_.filePath(model), protocol::DataSpec{"fashion-mnist:test", {}});
        return until([this] { return session_->model() && session_->data(DataRole::Evaluation); }) && idle();
    }

    bool calibrate() {
        action("calibrate")->trigger();
        return until([this] { return !session_->variants().empty(); }) && idle();
    }

    QAction* action(const char* name) {
        auto* found = window_->findChild<QAction*>(QLatin1String(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }

    template <typename T>
    T* child(const char* name) {
        auto* found = window_->findChild<T*>(QLatin1String(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }

    QString cell(const QString& layer, LayerColumnId column) {
        const QAbstractItemModel& model = *child<QTableView>("layerTable")->model();
        for (int row = 0; row < model.rowCount(); ++row) {
            if (model.index(row, 0).data(LayerTableModel::LayerNameRole) == layer) {
                return model.index(row, static_cast<int>(column)).data().toString();
            }
        }
        return QStringLiteral("no such layer");
    }

    int shownVariants() { return child<QTableView>("variantTable")->model()->rowCount(); }
    QStringList messages() { return child<MessageBar>("messageBar")->texts(); }

    QTemporaryDir folder_;
    std::unique_ptr<EngineClient> client_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<MainWindow> window_;
};

}  // namespace qs::app
