#include "app/client/engine_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "app/client/engine_api.h"
#include "protocol/json.h"
#include "support/sample_results.h"
#include "support/wait_until.h"

namespace qs::app {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;
using State = EngineClient::State;
using testing::HasSubstr;

/// Everything that a request's handlers were told.
struct Outcome {
    std::vector<json> results;
    std::vector<std::pair<int, std::string>> errors;
    std::vector<protocol::ProgressNote> progress;
    std::vector<protocol::PartialNote> parts;
    bool ended() const { return results.size() + errors.size() > 0; }

    RequestHandlers handlers() {
        return {decodeJson,
                [this](const std::any& result) { results.push_back(std::any_cast<const json&>(result)); },
                [this](const EngineError& error) {
                    errors.emplace_back(error.code, error.message.toStdString());
                },
                [this](const protocol::ProgressNote& note) { progress.push_back(note); },
                [this](const std::string& part, const std::any& value) {
                    parts.push_back({0, part, std::any_cast<const json&>(value)});
                }};
    }
};

protocol::VariantSpec measureParams(const std::string& model) {
    protocol::VariantSpec params;
    params.model = model;
    params.recipe = samples::recipe();
    return params;
}

template <typename Condition>
bool eventually(Condition condition) {
    return test::waitUntil(condition, 20'000);
}

class EngineClientTest : public testing::Test {
  protected:
    EngineClient& client(const QStringList& arguments = {}, EngineOptions options = patient()) {
        client_ =
            std::make_unique<EngineClient>(EngineCommand{QStringLiteral(QS_FAKE_ENGINE), arguments}, options);
        QObject::connect(client_.get(), &EngineClient::engineDied,
                         [this](const QString& reason) { deaths.push_back(reason.toStdString()); });
        QObject::connect(client_.get(), &EngineClient::engineStarted, [this] { ++starts; });
        return *client_;
    }

    static EngineOptions patient() {
        EngineOptions options;
        options.backoff = 10ms;
        return options;
    }

    std::vector<std::string> deaths;
    int starts = 0;

  private:
    std::unique_ptr<EngineClient> client_;
};

TEST_F(EngineClientTest, HandshakeTellsWhatTheEngineIs) {
    EngineClient& engine = client();
    EXPECT_EQ(engine.state(), State::Stopped);
    engine.start();
    EXPECT_EQ(engine.state(), State::Starting);
    ASSERT_TRUE(eventually([&] { return engine.state() == State::Ready; }));
    EXPECT_EQ(engine.engineInfo().cpu, samples::engineInfo().cpu);
    EXPECT_GT(engine.processId(), 0);
}

TEST_F(EngineClientTest, RequestsMadeBeforeTheHandshakeWaitForIt) {
    EngineClient& engine = client();
    engine.start();
    Outcome outcome;
    const RequestHandle handle = engine.request("debug.echo", {{"a", 1}}, outcome.handlers());
    EXPECT_TRUE(handle.isPending());
    ASSERT_TRUE(eventually([&] { return outcome.ended(); }));
    EXPECT_FALSE(handle.isPending());
    EXPECT_THAT(outcome.results, testing::ElementsAre(json({{"a", 1}})));
}

TEST_F(EngineClientTest, ErrorsKeepCodeAndText) {
    EngineClient& engine = client();
    engine.start();
    Outcome outcome;
    engine.request("no.such.method", json::object(), outcome.handlers());
    ASSERT_TRUE(eventually([&] { return outcome.ended(); }));
    EXPECT_EQ(outcome.errors.at(0).first, protocol::kUnknownMethod);
    EXPECT_THAT(outcome.errors.at(0).second, HasSubstr("no.such.method"));
}

TEST_F(EngineClientTest, NotesReachTheirRequest) {
    EngineClient& engine = client();
    engine.start();
    Outcome measuring;
    Outcome other;
    engine.request("variant.measure", measureParams("net.pt"), measuring.handlers());
    engine.request("debug.echo", json::object(), other.handlers());
    ASSERT_TRUE(eventually([&] { return other.ended(); }));
    EXPECT_EQ(measuring.results.size(), 1u);
    EXPECT_GT(measuring.progress.size(), 5u);
    EXPECT_EQ(measuring.progress.front().message, "Calibrating");
    EXPECT_TRUE(other.progress.empty());
}

TEST_F(EngineClientTest, AnswersAreReadOnAnotherThreadAndReceivedOnThisOne) {
    EngineClient& engine = client();
    engine.start();
    static std::atomic<QThread*> readBy = nullptr;
    QThread* receivedBy = nullptr;
    RequestHandlers handlers;
    handlers.decode = [](const std::string& part, const json& value) {
        EXPECT_EQ(part, "");
        readBy = QThread::currentThread();
        return std::any(value.at("n").get<int>());
    };
    int n = 0;
    handlers.onResult = [&](const std::any& result) {
        receivedBy = QThread::currentThread();
        n = std::any_cast<int>(result);
    };
    engine.request("debug.echo", {{"n", 7}}, handlers);
    ASSERT_TRUE(eventually([&] { return receivedBy != nullptr; }));
    EXPECT_EQ(n, 7);
    EXPECT_EQ(receivedBy, QThread::currentThread());
    EXPECT_NE(readBy.load(), nullptr);
    EXPECT_NE(readBy.load(), QThread::currentThread());
}

TEST_F(EngineClientTest, AnAnswerThatCannotBeReadIsAnError) {
    EngineClient& engine = client();
    engine.start();
    Outcome outcome;
    RequestHandlers handlers = outcome.handlers();
    handlers.decode = [](const std::string&, const json& value) {
        return std::any(value.get<protocol::ModelInfo>());
    };
    engine.request("debug.echo", {{"path", 3}}, handlers);
    ASSERT_TRUE(eventually([&] { return outcome.ended(); }));
    ASSERT_EQ(outcome.errors.size(), 1u);
    EXPECT_EQ(outcome.errors[0].first, protocol::kFailed);
    EXPECT_THAT(outcome.errors[0].second, HasSubstr("cannot be read"));
}

TEST_F(EngineClientTest, TypedLayer) {
    EngineClient& engine = client();
    engine.start();
    EngineApi api(engine);
    std::optional<protocol::ModelInfo> model;
    std::string error;
    api.openModel({"net.pt", {}, {}},
                  {[&](const protocol::ModelInfo& info) { model = info; }, {}, {}, {}, {}});
    api.openModel({"missing.pt", {}, {}},
                  {{}, [&](const EngineError& why) { error = why.message.toStdString(); }, {}, {}, {}});
    ASSERT_TRUE(eventually([&] { return model && !error.empty(); }));
    EXPECT_EQ(model->path, "net.pt");
    EXPECT_EQ(model->layers.size(), samples::modelInfo("").layers.size());
    EXPECT_THAT(error, HasSubstr("no such file"));
}

TEST_F(EngineClientTest, PartsOfAMeasurementAreTypedAndComeBeforeTheResult) {
    EngineClient& engine = client();
    engine.start();
    EngineApi api(engine);
    std::vector<std::string> order;
    Handlers<protocol::VariantResult> handlers;
    handlers.onPartial = [&](const std::string& part, const protocol::VariantResult& soFar) {
        order.push_back(part);
        EXPECT_TRUE(soFar.layers.at(0).sqnr_db);
        EXPECT_EQ(soFar.variant.top1.has_value(), part != "errors");
        EXPECT_FALSE(soFar.speedup) << "not yet known";
    };
    handlers.onResult = [&](const protocol::VariantResult& result) {
        order.emplace_back("result");
        EXPECT_TRUE(result.speedup);
    };
    protocol::VariantSpec spec = measureParams("net.pt");
    spec.data = protocol::DataSpec{"fashion-mnist:test", {}};
    api.measure(spec, handlers);
    ASSERT_TRUE(eventually([&] { return !order.empty() && order.back() == "result"; }));
    EXPECT_THAT(order, testing::ElementsAre("errors", "accuracy", "result"));
}

TEST_F(EngineClientTest, PointsOfATrainingAreTyped) {
    EngineClient& engine = client();
    engine.start();
    EngineApi api(engine);
    std::vector<protocol::CurvePoint> points;
    bool done = false;
    Handlers<protocol::VariantResult> handlers;
    handlers.onTraining = [&](const protocol::CurvePoint& point) { points.push_back(point); };
    handlers.onResult = [&](const protocol::VariantResult& result) {
        done = true;
        EXPECT_EQ(result.curve.size(), points.size());
    };
    QTemporaryDir folder;
    api.train({measureParams("net.pt"), {}, folder.filePath(QStringLiteral("w.qsw")).toStdString()},
              handlers);
    ASSERT_TRUE(eventually([&] { return done; }));
    ASSERT_FALSE(points.empty());
    EXPECT_GT(points.front().loss, 0);
}

TEST_F(EngineClientTest, JobsAreToldAndGoneWithTheEngine) {
    EngineClient& engine = client();
    std::vector<protocol::JobList> told;
    QObject::connect(&engine, &EngineClient::jobsChanged,
                     [&](const protocol::JobList& jobs) { told.push_back(jobs); });
    engine.start();
    Outcome outcome;
    engine.request("debug.jobs", protocol::JobList{{{7, "variant.train", "running"}}}, outcome.handlers());
    ASSERT_TRUE(eventually([&] { return outcome.ended(); }));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].jobs.at(0).method, "variant.train");
    engine.stop();
    ASSERT_EQ(told.size(), 2U);
    EXPECT_TRUE(told[1].jobs.empty());
}

TEST_F(EngineClientTest, ACrashFailsEveryPendingRequestAndTheNextOneWorks) {
    EngineClient& engine = client();
    engine.start();
    Outcome crashing;
    Outcome waiting;
    engine.request("debug.crash", json::object(), crashing.handlers());
    engine.request("debug.echo", json::object(), waiting.handlers());
    ASSERT_TRUE(eventually([&] { return crashing.ended() && waiting.ended(); }));
    for (const Outcome* outcome : {&crashing, &waiting}) {
        ASSERT_EQ(outcome->errors.size(), 1u);
        EXPECT_EQ(outcome->errors[0].first, protocol::kEngineDied);
        EXPECT_THAT(outcome->errors[0].second, HasSubstr("crashed"));
        EXPECT_THAT(outcome->errors[0].second, HasSubstr("crashing as asked")) << "the engine's last words";
    }
    EXPECT_EQ(deaths.size(), 1u);

    Outcome next;
    engine.request("debug.echo", {{"n", 1}}, next.handlers());
    ASSERT_TRUE(eventually([&] { return next.ended(); }));
    EXPECT_EQ(next.results.size(), 1u);
    EXPECT_EQ(starts, 2);
}

TEST_F(EngineClientTest, CrashingRequestsNeverExhaustTheStarts) {
    EngineClient& engine = client();
    engine.start();
    for (int i = 0; i < patient().maxFailedStarts + 2; ++i) {
        Outcome outcome;
        engine.request("debug.crash", json::object(), outcome.handlers());
        ASSERT_TRUE(eventually([&] { return outcome.ended(); }));
    }
    EXPECT_TRUE(eventually([&] { return engine.state() == State::Ready; }));
}

TEST_F(EngineClientTest, AKilledEngineIsReplaced) {
    EngineClient& engine = client();
    engine.start();
    Outcome hanging;
    engine.request("debug.hang", json::object(), hanging.handlers());
    ASSERT_TRUE(eventually([&] { return engine.state() == State::Ready; }));
    const qint64 first = engine.processId();
    ::kill(static_cast<pid_t>(first), SIGKILL);
    ASSERT_TRUE(eventually([&] { return hanging.ended() && engine.state() == State::Ready; }));
    EXPECT_EQ(hanging.errors.at(0).first, protocol::kEngineDied);
    EXPECT_NE(engine.processId(), first);
}

TEST_F(EngineClientTest, AHandlerMayAskAgain) {
    EngineClient& engine = client();
    engine.start();
    Outcome second;
    RequestHandlers asking;
    asking.onError = [&](const EngineError&) {
        engine.request("debug.echo", json::object(), second.handlers());
    };
    engine.request("debug.crash", json::object(), asking);
    engine.request("debug.crash", json::object(), {});
    ASSERT_TRUE(eventually([&] { return second.ended(); }));
    EXPECT_EQ(second.errors.size(), 0u);
}

TEST_F(EngineClientTest, GivesUpAfterSeveralFailedStarts) {
    EngineClient& engine = client({QStringLiteral("--crash-at-start")});
    engine.start();
    Outcome outcome;
    engine.request("debug.echo", json::object(), outcome.handlers());
    ASSERT_TRUE(eventually([&] { return engine.state() == State::Failed; }));
    EXPECT_EQ(deaths.size(), size_t(patient().maxFailedStarts));
    EXPECT_THAT(deaths.back(), HasSubstr("exit code 127"));
    EXPECT_THAT(deaths.back(), HasSubstr("cannot open shared object"));
    EXPECT_EQ(outcome.errors.size(), 1u);

    Outcome later;
    engine.request("debug.echo", json::object(), later.handlers());
    EXPECT_FALSE(later.ended()) << "never before request() has returned";
    ASSERT_TRUE(eventually([&] { return later.ended(); }));
    EXPECT_EQ(later.errors.at(0).first, protocol::kEngineDied);
}

TEST_F(EngineClientTest, AProgramThatIsNotThere) {
    EngineClient engine({QStringLiteral("/no/such/qscope"), {}}, patient());
    QString reason;
    QObject::connect(&engine, &EngineClient::engineDied, [&](const QString& text) { reason = text; });
    engine.start();
    ASSERT_TRUE(eventually([&] { return engine.state() == State::Failed; }));
    EXPECT_THAT(reason.toStdString(), HasSubstr("/no/such/qscope"));
}

TEST_F(EngineClientTest, AnotherProtocolVersionIsRefusedForGood) {
    EngineClient& engine = client({QStringLiteral("--protocol"), QStringLiteral("99")});
    engine.start();
    ASSERT_TRUE(eventually([&] { return engine.state() == State::Failed; }));
    ASSERT_EQ(deaths.size(), 1u);
    EXPECT_THAT(deaths[0], HasSubstr("version 99"));
}

TEST_F(EngineClientTest, AnEngineThatNeverAnswersIsGivenUp) {
    EngineOptions options = patient();
    options.handshake = 30ms;
    options.maxFailedStarts = 1;
    EngineClient& engine = client({QStringLiteral("--no-handshake")}, options);
    engine.start();
    ASSERT_TRUE(eventually([&] { return engine.state() == State::Failed; }));
    EXPECT_THAT(deaths.at(0), HasSubstr("did not answer"));
}

TEST_F(EngineClientTest, CancelStopsARunningRequest) {
    EngineClient& engine = client({QStringLiteral("--step-ms"), QStringLiteral("5000")});
    engine.start();
    Outcome outcome;
    RequestHandle handle = engine.request("variant.measure", measureParams("net.pt"), outcome.handlers());
    ASSERT_TRUE(eventually([&] { return !outcome.progress.empty(); }));
    handle.cancel();
    handle.cancel();
    ASSERT_TRUE(eventually([&] { return outcome.ended(); }));
    EXPECT_EQ(outcome.errors.at(0).first, protocol::kRequestCancelled);
    EXPECT_TRUE(deaths.empty());
}

TEST_F(EngineClientTest, CancelBeforeTheHandshakeNeverReachesTheEngine) {
    EngineClient& engine = client();
    engine.start();
    Outcome cancelled;
    Outcome count;
    engine.request("debug.echo", json::object(), cancelled.handlers()).cancel();
    engine.request("debug.count", json::object(), count.handlers());
    ASSERT_TRUE(eventually([&] { return cancelled.ended() && count.ended(); }));
    EXPECT_EQ(cancelled.errors.at(0).first, protocol::kRequestCancelled);
    EXPECT_EQ(count.results.at(0), 2) << "initialize and debug.count itself";
}

TEST_F(EngineClientTest, AnEngineThatIgnoresCancelIsEndedAndReplaced) {
    EngineOptions options = patient();
    options.cancelGrace = 30ms;
    options.terminateGrace = 30ms;
    EngineClient& engine = client({}, options);
    engine.start();
    Outcome outcome;
    RequestHandle handle = engine.request("debug.hang", json::object(), outcome.handlers());
    ASSERT_TRUE(eventually([&] { return engine.state() == State::Ready; }));
    handle.cancel();
    ASSERT_TRUE(eventually([&] { return outcome.ended(); }));
    EXPECT_EQ(outcome.errors.at(0).first, protocol::kRequestCancelled) << "it ended as was asked for";
    EXPECT_THAT(deaths.at(0), HasSubstr("did not stop"));
    Outcome next;
    engine.request("debug.echo", json::object(), next.handlers());
    ASSERT_TRUE(eventually([&] { return next.ended(); }));
    EXPECT_EQ(next.results.size(), 1u);
}

TEST_F(EngineClientTest, GarbageBetweenMessagesIsGoneOver) {
    EngineClient& engine = client();
    engine.start();
    Outcome outcome;
    engine.request("debug.garbage", json::object(), outcome.handlers());
    ASSERT_TRUE(eventually([&] { return outcome.ended(); }));
    EXPECT_EQ(outcome.results.at(0), "after garbage");
}

TEST_F(EngineClientTest, KeepsTheEndOfTheErrorOutput) {
    EngineClient& engine = client();
    engine.start();
    Outcome outcome;
    engine.request("debug.stderr", {{"text", "a warning"}}, outcome.handlers());
    ASSERT_TRUE(eventually([&] { return outcome.ended() && !engine.errorOutput().isEmpty(); }));
    EXPECT_EQ(engine.errorOutput().toStdString(), "a warning");
}

TEST_F(EngineClientTest, StopFailsWhatIsPendingAndRestartStartsAfresh) {
    EngineClient& engine = client();
    engine.start();
    Outcome outcome;
    engine.request("debug.hang", json::object(), outcome.handlers());
    ASSERT_TRUE(eventually([&] { return engine.state() == State::Ready; }));
    engine.stop();
    EXPECT_EQ(engine.state(), State::Stopped);
    EXPECT_EQ(outcome.errors.at(0).first, protocol::kEngineDied);
    EXPECT_EQ(engine.processId(), 0);
    engine.restart();
    Outcome next;
    engine.request("debug.echo", json::object(), next.handlers());
    ASSERT_TRUE(eventually([&] { return next.ended(); }));
    EXPECT_EQ(next.results.size(), 1u);
    EXPECT_TRUE(deaths.empty()) << "what was asked for is no death";
}

TEST_F(EngineClientTest, AHandleMayOutliveTheClient) {
    RequestHandle handle;
    {
        EngineClient engine({QStringLiteral(QS_FAKE_ENGINE), {}});
        engine.start();
        handle = engine.request("debug.hang", json::object(), {});
        EXPECT_TRUE(handle.isPending());
    }
    EXPECT_FALSE(handle.isPending());
    handle.cancel();
}

}  // namespace
}  // namespace qs::app
