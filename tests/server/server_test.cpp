#include "server/server.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "protocol/framing.h"
#include "protocol/json.h"
#include "protocol/rpc.h"
#include "server/peer.h"

namespace qs {
namespace {

using nlohmann::json;
using test::Peer;
using testing::HasSubstr;

/// Polls for cancellation until it comes.
Result<json> waitForCancel(RequestJob& job) {
    job.begin("Waiting", 0);
    for (int64_t i = 0;; ++i) {
        QS_TRY(job.step(i));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

HandlerTable handlers() {
    HandlerTable table;
    table["echo"] = [](const json& params, Job&) -> Result<json> { return params; };
    table["batch"] = [](const json& params, Job&) -> Result<json> {
        return json(params.get<protocol::Recipe>().batch);
    };
    table["wait"] = [](const json&, RequestJob& job) { return waitForCancel(job); };
    table["fail"] = [](const json&, Job&) -> Result<json> { return failure("no such file: x.pt"); };
    table["usage"] = [](const json&, Job&) -> Result<json> {
        return usageError("unknown preset 'x'", {{"rule", int64_t{2}}, {"key", "layer9"}});
    };
    table["throw"] = [](const json&, Job&) -> Result<json> { throw std::runtime_error("out of memory"); };
    table["print"] = [](const json&, Job&) -> Result<json> {
        std::puts("onednn_verbose,info,oneDNN v2.6");
        std::fflush(stdout);
        return json("printed");
    };
    table["ask"] = {[](const json& params, Job&) -> Result<json> { return params; }, Lane::Question};
    table["ask.wait"] = {[](const json&, RequestJob& job) { return waitForCancel(job); }, Lane::Question};
    table["measure"] = [](const json&, RequestJob& job) -> Result<json> {
        job.partial("errors", {{"sqnr", 20}});
        job.partial("accuracy", {{"top1", 90}});
        return json("measured");
    };
    table["train"] = [](const json&, Job& job) -> Result<json> {
        job.begin("Training", 2);
        job.training({1, 1, 0.5, -1});
        job.training({1, 2, 0.25, 90});
        QS_TRY(job.step(2));
        return json("trained");
    };
    return table;
}

/// A server on pipes, in a thread of this process.
class ServerTest : public testing::Test {
  protected:
    void SetUp() override {
        int requests[2];
        int answers[2];
        ASSERT_EQ(::pipe(requests), 0);
        ASSERT_EQ(::pipe(answers), 0);
        peer = std::make_unique<Peer>(answers[0], requests[1]);
        thread_ = std::thread([this, in = requests[0], out = answers[1]] {
            serveRequests(in, out, table_);
            ::close(in);
            ::close(out);
        });
    }

    void TearDown() override {
        peer->hangUp();
        thread_.join();
    }

    std::unique_ptr<Peer> peer;

  private:
    HandlerTable table_ = handlers();
    std::thread thread_;
};

TEST_F(ServerTest, AnswersInOrder) {
    for (int id = 1; id <= 3; ++id) {
        peer->request(id, "echo", {{"n", id}});
    }
    for (int id = 1; id <= 3; ++id) {
        EXPECT_EQ(peer->response(), json({{"jsonrpc", "2.0"}, {"id", id}, {"result", {{"n", id}}}}));
    }
}

TEST_F(ServerTest, UnknownMethod) {
    peer->request(1, "nonsense");
    const json answer = peer->response();
    EXPECT_EQ(answer["id"], 1);
    EXPECT_EQ(answer["error"]["code"], protocol::kUnknownMethod);
    EXPECT_THAT(answer["error"]["message"].get<std::string>(), HasSubstr("nonsense"));
}

TEST_F(ServerTest, BadParametersAreUsageErrorsThatNameTheMember) {
    peer->request(1, "batch", {{"batch", "many"}});
    const json answer = peer->response();
    EXPECT_EQ(answer["error"]["code"], protocol::kUsage);
    EXPECT_EQ(answer["error"]["message"], "batch: batch: expected an integer, found a string");
    EXPECT_EQ(answer["error"]["data"], json({{"member", "batch"}}));
}

TEST_F(ServerTest, ErrorsKeepTheirKind) {
    peer->request(1, "fail");
    peer->request(2, "usage");
    peer->request(3, "throw");
    EXPECT_EQ(peer->response()["error"],
              json({{"code", protocol::kFailed}, {"message", "no such file: x.pt"}}));
    EXPECT_EQ(peer->response()["error"], json({{"code", protocol::kUsage},
                                               {"message", "unknown preset 'x'"},
                                               {"data", {{"rule", 2}, {"key", "layer9"}}}}));
    EXPECT_EQ(peer->response()["error"],
              json({{"code", protocol::kFailed}, {"message", "throw: out of memory"}}));
}

TEST_F(ServerTest, CancelsWhatRuns) {
    peer->request(1, "wait");
    EXPECT_EQ(peer->receive()["method"], "$/progress") << "the request is running";
    peer->cancel(1);
    const json answer = peer->response();
    EXPECT_EQ(answer["id"], 1);
    EXPECT_EQ(answer["error"]["code"], protocol::kRequestCancelled);
    peer->request(2, "echo");
    EXPECT_EQ(peer->response()["id"], 2);
}

TEST_F(ServerTest, CancelsWhatWaitsAtOnce) {
    peer->request(1, "wait");
    EXPECT_EQ(peer->receive()["params"]["id"], 1);
    peer->request(2, "echo");
    peer->request(3, "echo");
    peer->cancel(2);
    const json answer = peer->response();
    EXPECT_EQ(answer["id"], 2) << "while 1 still runs";
    EXPECT_EQ(answer["error"]["code"], protocol::kRequestCancelled);
    peer->cancel(1);
    EXPECT_EQ(peer->response()["id"], 1);
    EXPECT_EQ(peer->response()["id"], 3) << "2 must not be answered again";
}

TEST_F(ServerTest, CancellingWhatIsNotThereDoesNothing) {
    peer->cancel(99);
    peer->send(toJson(protocol::Notification{"$/cancelRequest", {{"id", "x"}}}));
    peer->send(toJson(protocol::Notification{"$/unheardOf", json::object()}));
    peer->request(1, "echo");
    EXPECT_EQ(peer->receive()["id"], 1);
}

TEST_F(ServerTest, ReportsProgressAndPartsUnderTheRequestsId) {
    peer->request(7, "train");
    std::vector<json> notes;
    json message = peer->receive();
    for (; message.contains("method"); message = peer->receive()) {
        EXPECT_EQ(message["params"]["id"], 7);
        notes.push_back(message);
    }
    EXPECT_EQ(message["result"], "trained");
    ASSERT_EQ(notes.size(), 4u);
    EXPECT_EQ(notes[0]["params"]["message"], "Training");
    EXPECT_EQ(notes[1]["method"], "$/partial");
    EXPECT_EQ(notes[1]["params"]["part"], "point");
    EXPECT_TRUE(notes[1]["params"]["value"]["validation_top1"].is_null());
    EXPECT_EQ(notes[2]["params"]["value"]["validation_top1"], 90);
    EXPECT_EQ(notes[3]["params"]["done"], 2);
}

TEST_F(ServerTest, PartsComeInOrderBeforeTheAnswer) {
    peer->request(3, "measure");
    const auto errors = protocol::readPartial(peer->receive()["params"]);
    const auto accuracy = protocol::readPartial(peer->receive()["params"]);
    ASSERT_TRUE(errors && accuracy);
    EXPECT_EQ(errors->id, 3);
    EXPECT_EQ(errors->part, "errors");
    EXPECT_EQ(errors->value, json({{"sqnr", 20}}));
    EXPECT_EQ(accuracy->part, "accuracy");
    EXPECT_EQ(peer->receive()["result"], "measured");
}

TEST_F(ServerTest, QuestionsAreAnsweredWhileAJobRuns) {
    peer->request(1, "wait");
    EXPECT_EQ(peer->receive()["params"]["id"], 1);
    const auto begin = std::chrono::steady_clock::now();
    constexpr int kQuestions = 50;
    for (int i = 0; i < kQuestions; ++i) {
        peer->request(100 + i, "ask", {{"n", i}});
        EXPECT_EQ(peer->response(), json({{"jsonrpc", "2.0"}, {"id", 100 + i}, {"result", {{"n", i}}}}));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(100) * kQuestions);
    peer->cancel(1);
    EXPECT_EQ(peer->response()["id"], 1);
}

TEST_F(ServerTest, AQuestionCanBeCancelledAndKeepsNoJobWaiting) {
    peer->request(1, "ask.wait");
    EXPECT_EQ(peer->receive()["params"]["id"], 1);
    peer->request(2, "ask");
    peer->request(3, "echo");
    EXPECT_EQ(peer->response()["id"], 3);
    peer->cancel(2);
    EXPECT_EQ(peer->response()["error"]["code"], protocol::kRequestCancelled);
    peer->cancel(1);
    EXPECT_EQ(peer->response()["id"], 1);
}

TEST_F(ServerTest, JobsAreListedWithTheirStateAndProgress) {
    peer->request(1, "wait");
    EXPECT_EQ(peer->receive()["params"]["id"], 1);
    peer->request(2, "echo");
    peer->request(3, "ask");
    EXPECT_EQ(peer->response()["id"], 3);
    peer->request(4, "jobs.list");
    const json answer = peer->response();
    EXPECT_EQ(answer["id"], 4);
    const auto list = answer["result"].get<protocol::JobList>();
    ASSERT_EQ(list.jobs.size(), 2U) << "questions are no jobs";
    EXPECT_EQ(list.jobs[0].id, 1);
    EXPECT_EQ(list.jobs[0].method, "wait");
    EXPECT_EQ(list.jobs[0].state, "running");
    EXPECT_EQ(list.jobs[0].message, "Waiting");
    EXPECT_EQ(list.jobs[1].id, 2);
    EXPECT_EQ(list.jobs[1].method, "echo");
    EXPECT_EQ(list.jobs[1].state, "waiting");
    peer->cancel(1);
    EXPECT_EQ(peer->response()["id"], 1);
    EXPECT_EQ(peer->response()["id"], 2);
}

TEST_F(ServerTest, EveryChangeOfTheJobsIsTold) {
    peer->request(1, "wait");
    EXPECT_EQ(peer->receive()["params"]["id"], 1);
    peer->request(2, "echo");
    peer->cancel(2);
    EXPECT_EQ(peer->response()["id"], 2);
    ASSERT_FALSE(peer->jobs.empty());
    EXPECT_EQ(peer->jobs.back().jobs.size(), 1U) << "2 is gone, 1 still runs";
    const bool bothSeen = std::any_of(peer->jobs.begin(), peer->jobs.end(), [](const auto& told) {
        return told.jobs.size() == 2 && told.jobs[1].state == "waiting";
    });
    EXPECT_TRUE(bothSeen);
    peer->cancel(1);
    EXPECT_EQ(peer->response()["id"], 1);
    EXPECT_TRUE(peer->jobs.back().jobs.empty());
}

TEST_F(ServerTest, BrokenMessagesAreAnsweredAndGoneOver) {
    peer->sendBytes("Content-Length: 3\r\n\r\n{x}");
    peer->send({{"id", 4}, {"method", 5}});
    peer->request(1, "echo");
    EXPECT_EQ(peer->response()["error"]["code"], protocol::kParseError);
    const json invalid = peer->response();
    EXPECT_EQ(invalid["error"]["code"], protocol::kInvalidRequest);
    EXPECT_EQ(invalid["id"], 4);
    EXPECT_EQ(peer->response()["id"], 1);
}

TEST_F(ServerTest, AnIdInUseIsRefused) {
    peer->request(1, "wait");
    EXPECT_EQ(peer->receive()["params"]["id"], 1);
    peer->request(1, "echo");
    const json refusal = peer->response();
    EXPECT_EQ(refusal["error"]["code"], protocol::kInvalidRequest);
    EXPECT_TRUE(refusal["id"].is_null()) << "the first request still has its answer to come";
    peer->cancel(1);
    EXPECT_EQ(peer->response()["id"], 1);
}

TEST_F(ServerTest, ShutdownEndsTheServer) {
    peer->request(1, "wait");
    EXPECT_EQ(peer->receive()["params"]["id"], 1) << "it runs: what still waits at the end is dropped";
    peer->request(2, "shutdown");
    EXPECT_EQ(peer->response()["id"], 2);
    EXPECT_EQ(peer->response()["error"]["code"], protocol::kRequestCancelled);
    EXPECT_TRUE(peer->receive().is_null());
}

TEST_F(ServerTest, EndOfInputEndsTheServerInTheMiddleOfAJob) {
    peer->request(1, "wait");
    EXPECT_EQ(peer->receive()["params"]["id"], 1);
    peer->request(2, "echo");
    peer->hangUp();
    EXPECT_EQ(peer->response()["error"]["code"], protocol::kRequestCancelled);
    EXPECT_TRUE(peer->receive().is_null()) << "what waited is dropped";
}

/// serve() in a child process, whose standard streams are pipes.
class ServeProcess {
  public:
    ServeProcess() {
        int requests[2];
        int answers[2];
        errors_ = std::tmpfile();
        if (::pipe(requests) != 0 || ::pipe(answers) != 0) {
            throw std::runtime_error("pipe");
        }
        child_ = ::fork();
        if (child_ == 0) {
            ::dup2(requests[0], STDIN_FILENO);
            ::dup2(answers[1], STDOUT_FILENO);
            ::dup2(::fileno(errors_), STDERR_FILENO);
            for (const int descriptor : {requests[0], requests[1], answers[0], answers[1]}) {
                ::close(descriptor);
            }
            ::_exit(serve(handlers()));
        }
        ::close(requests[0]);
        ::close(answers[1]);
        peer = std::make_unique<Peer>(answers[0], requests[1]);
    }

    ~ServeProcess() { std::fclose(errors_); }
    ServeProcess(const ServeProcess&) = delete;
    ServeProcess& operator=(const ServeProcess&) = delete;

    int exitStatus() {
        int status = -1;
        ::waitpid(child_, &status, 0);
        return status;
    }

    std::string errorOutput() {
        std::rewind(errors_);
        char text[4096];
        return {text, std::fread(text, 1, sizeof(text), errors_)};
    }

    std::unique_ptr<Peer> peer;

  private:
    pid_t child_ = -1;
    std::FILE* errors_ = nullptr;
};

TEST(Serve, WhatLibrariesPrintStaysOutOfTheProtocol) {
    ServeProcess process;
    process.peer->request(1, "print");
    EXPECT_EQ(process.peer->receive()["result"], "printed");
    process.peer->request(2, "shutdown");
    EXPECT_EQ(process.peer->receive()["id"], 2);
    EXPECT_TRUE(process.peer->receive().is_null());
    EXPECT_EQ(process.exitStatus(), 0);
    EXPECT_THAT(process.errorOutput(), HasSubstr("onednn_verbose"));
}

TEST(Serve, AClientThatGoesAwayEndsTheProcessInOrder) {
    ServeProcess process;
    process.peer->request(1, "wait");
    EXPECT_EQ(process.peer->receive()["params"]["id"], 1);
    process.peer.reset();
    EXPECT_EQ(process.exitStatus(), 0) << "neither a hang nor SIGPIPE";
}

}  // namespace
}  // namespace qs
