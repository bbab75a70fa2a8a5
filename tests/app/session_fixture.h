#pragma once

#include <gtest/gtest.h>

#include <QTemporaryDir>
#include <memory>
#include <string>
#include <vector>

#include "app/client/engine_client.h"
#include "app/session/session.h"
#include "support/wait_until.h"

namespace qs::app {

/// A session on the fake engine, with its recovery files in a folder of their own, and what it said.
class SessionFixture : public testing::Test {
  protected:
    void SetUp() override { start(); }

    void start(const QStringList& engineArguments = {}) {
        session_.reset();
        EngineOptions options;
        options.backoff = std::chrono::milliseconds(10);
        options.cancelGrace = std::chrono::milliseconds(100);
        options.terminateGrace = std::chrono::milliseconds(100);
        engine_ = std::make_unique<EngineClient>(
            EngineCommand{QStringLiteral(QS_FAKE_ENGINE), engineArguments}, options);
        engine_->start();
        session_ = makeSession();
    }

    std::unique_ptr<Session> makeSession() {
        auto session = std::make_unique<Session>(*engine_, recoveryRoot());
        QObject::connect(session.get(), &Session::jobFinished,
                         [this](JobOutcome outcome) { outcomes.push_back(outcome); });
        QObject::connect(session.get(), &Session::message,
                         [this](Severity, const QString& text) { messages.push_back(text.toStdString()); });
        return session;
    }

    Session& session() { return *session_; }
    EngineClient& engine() { return *engine_; }
    QString path(const char* name) const { return folder_.filePath(QLatin1String(name)); }
    QString recoveryRoot() const { return path("recovery"); }

    template <typename Condition>
    static bool eventually(Condition condition) {
        return test::waitUntil(condition, 20'000);
    }

    /// Waits for the job under way; how it ended.
    JobOutcome finish() {
        EXPECT_TRUE(eventually([this] { return !session().job().running; }));
        return outcomes.empty() ? JobOutcome::Failed : outcomes.back();
    }

    void open(const char* model = "net.pt") {
        EXPECT_TRUE(session().openModel(path(model)));
        EXPECT_EQ(finish(), JobOutcome::Finished);
        EXPECT_TRUE(session().openData({"fashion-mnist:test", {}}));
        EXPECT_EQ(finish(), JobOutcome::Finished);
    }

    void calibrate() {
        EXPECT_TRUE(session().calibrate());
        EXPECT_EQ(finish(), JobOutcome::Finished);
    }

    QString currentName() {
        return session().currentVariant() ? session().currentVariant()->name : QString();
    }

    std::vector<JobOutcome> outcomes;
    std::vector<std::string> messages;

  private:
    QTemporaryDir folder_;
    std::unique_ptr<EngineClient> engine_;
    std::unique_ptr<Session> session_;
};

}  // namespace qs::app
