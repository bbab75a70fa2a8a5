#include "isolation/supervisor.h"

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "isolation/folder_fixture.h"
#include "isolation/line_process.h"
#include "isolation/sandbox.h"

namespace qs::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SupervisorTest : public FolderTest {
  protected:
    void SetUp() override {
        fs::create_directory(path("tmp"));
        ::setenv("TMPDIR", path("tmp").c_str(), 1);
    }
    void TearDown() override {
        ::unsetenv("TMPDIR");
        EXPECT_TRUE(fs::is_empty(path("tmp")));
    }

    /// The worker's exit code; negative: the signal that ended it.
    static int run(Supervision supervision, const std::function<int()>& work) {
        const int status = supervise(std::move(supervision), work).value();
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    /// Claims and writes in the worker; 0 where all of it works, else the step that does not.
    static int write(const std::vector<OutputClaim>& claims, bool commits = true) {
        const auto outputs = makeOutputs();
        if (!outputs->claim(claims, {})) {
            return 1;
        }
        for (const OutputClaim& claim : claims) {
            if (!outputs->write(claim.path, "from the worker")) {
                return 2;
            }
        }
        return !commits || outputs->commit() ? 0 : 3;
    }
};

TEST_F(SupervisorTest, TheResultIsTheExitCode) {
    EXPECT_EQ(run({}, [] { return 7; }), 7);
    EXPECT_EQ(run({}, [] { return ::raise(SIGKILL); }), -SIGKILL);
}

TEST_F(SupervisorTest, WritesWhatTheUserAskedFor) {
    const std::vector<OutputClaim> claims{{path("a")}, {path("b")}};
    EXPECT_EQ(run({.outputs = claims}, [&] { return write(claims); }), 0);
    EXPECT_THAT(files(), ElementsAre("a", "b"));
    EXPECT_EQ(textOf("a"), "from the worker");
}

TEST_F(SupervisorTest, NamesAreAnyBytes) {
    const std::string name = "n\xff\xc3(\xe9\n\x1b";
    const std::vector<OutputClaim> claims{{path(name)}};
    EXPECT_EQ(run({.outputs = claims}, [&] { return write(claims); }), 0);
    EXPECT_EQ(textOf(name), "from the worker");
}

TEST_F(SupervisorTest, WritesNothingElse) {
    put("x", "old");
    const OutputClaim x{path("x")};
    EXPECT_EQ(run({.outputs = {{path("a")}}}, [&] { return write({{path("b")}}); }), 1);
    EXPECT_EQ(run({.outputs = {x}}, [&] { return write({{path("x"), false, true}}); }), 1);
    EXPECT_EQ(run({.outputs = {{path("a")}}}, [&] { return write({{path("a"), true}}); }), 1);
    EXPECT_EQ(run({.outputs = {{path("a")}}},
                  [&] {
                      const auto outputs = makeOutputs();
                      return outputs->claim({{path("a")}}, {}) && outputs->write(path("b"), "x") ? 0 : 1;
                  }),
              1);
    EXPECT_THAT(files(), ElementsAre("x"));
    EXPECT_EQ(textOf("x"), "old");
}

TEST_F(SupervisorTest, EachPlaceIsWrittenOnce) {
    const std::vector<OutputClaim> claims{{path("a"), false, true}};
    EXPECT_EQ(run({.outputs = claims}, [&] { return 10 * write(claims) + write(claims); }), 1);
}

TEST_F(SupervisorTest, AWorkerThatDiesOrDropsItsOutputsLeavesNothing) {
    const std::vector<OutputClaim> claims{{path("a")}};
    EXPECT_EQ(run({.outputs = claims}, [&] { return write(claims, false); }), 0);
    EXPECT_EQ(run({.outputs = claims},
                  [&] {
                      const auto outputs = makeOutputs();
                      (void)outputs->claim(claims, {});
                      (void)outputs->write(path("a"), "half");
                      return ::raise(SIGSEGV);
                  }),
              -SIGSEGV);
    EXPECT_THAT(files(), IsEmpty());
}

TEST_F(SupervisorTest, WhatIsRefusedIsSaidInTheWorker) {
    put("a", "old");
    const OutputClaim claim{path("a")};
    EXPECT_EQ(run({.outputs = {claim}},
                  [&] {
                      const Status claimed = makeOutputs()->claim({claim}, {});
                      return !claimed && claimed.error().message.find("--force") != std::string::npos ? 0 : 1;
                  }),
              0);
}

TEST_F(SupervisorTest, TheWorkerIsInTheSandboxWithAFolderOfItsOwn) {
    if (availableWalls().landlock == 0) {
        GTEST_SKIP() << "this kernel has no Landlock";
    }
    EXPECT_EQ(run({},
                  [&] {
                      const bool own(std::ofstream(fs::temp_directory_path() / "x") << "x");
                      const bool others(std::ofstream(path("y")) << "y");
                      return own && !others ? 0 : 1;
                  }),
              0);
    EXPECT_THAT(files(), IsEmpty());
}

TEST_F(SupervisorTest, StartsItsProgramsInASandboxOfTheirOwn) {
    const Program echo{"echo", {"sh", "-c", "read line; echo \"$1 $line\"; read line", "sh"}};
    const Program vandal{"vandal", {"sh", "-c", "read line; echo x > \"$1\"; echo $?", "sh"}};
    const auto ask = [&](const Program& program, const std::string& argument) {
        auto process = LineProcess::start(program, argument, fs::temp_directory_path() / "log");
        const auto answer = process && (*process)->send("world") ? (*process)->receive(5s)
                                                                 : Result<std::string>(failure("no"));
        return answer ? *answer : "(" + answer.error().message + ")";
    };
    const Supervision supervision{.programs = {echo, vandal}};
    EXPECT_EQ(run(supervision, [&] { return ask(echo, "hello") == "hello world" ? 0 : 1; }), 0);
    EXPECT_EQ(run(supervision, [&] { return ask({"other", {"sh"}}, "-c").starts_with("(") ? 0 : 1; }), 0);
    if (availableWalls().landlock > 0) {
        EXPECT_EQ(run(supervision, [&] { return ask(vandal, path("made")) != "0" ? 0 : 1; }), 0);
        EXPECT_THAT(files(), IsEmpty());
    }
}

TEST_F(SupervisorTest, HowAProgramEndedIsSaid) {
    const Program brief{"brief", {"sh", "-c", "echo why >&2; exit 3", "sh"}};
    EXPECT_EQ(run({.programs = {brief}},
                  [&] {
                      const auto process = LineProcess::start(brief, "", fs::temp_directory_path() / "log");
                      const auto line = (*process)->receive(5s);
                      return !line && line.error().message == "sh ended with exit code 3: why" ? 0 : 1;
                  }),
              0);
}

TEST_F(SupervisorTest, InputIsPassedOnAndAllowsWhatItAsksFor) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const int own = ::dup(STDIN_FILENO);
    ::dup2(ends[0], STDIN_FILENO);
    const std::string request = "write\n" + std::string(300'000, 'x') + "\n";
    std::thread client([&] {
        EXPECT_EQ(::write(ends[1], request.data(), request.size()), static_cast<ssize_t>(request.size()));
        ::close(ends[1]);
    });
    // The process must have one thread when it forks: this one is waiting in write() and holds nothing.
    const auto asked = [&](std::string_view bytes) {
        return bytes.starts_with("write") ? std::vector<OutputClaim>{{path("a")}}
                                          : std::vector<OutputClaim>();
    };
    const int code = run({.outputsInInput = asked}, [&] {
        ::close(ends[1]);
        std::string all;
        char bytes[4096];
        for (ssize_t count = 0; (count = ::read(STDIN_FILENO, bytes, sizeof(bytes))) > 0;) {
            all.append(bytes, static_cast<size_t>(count));
        }
        return all == request ? write({{path("a")}}) : 9;
    });
    client.join();
    ::dup2(own, STDIN_FILENO);
    EXPECT_EQ(code, 0);
    EXPECT_THAT(files(), ElementsAre("a"));
}

TEST_F(SupervisorTest, TheWorkerDiesWithItsSupervisor) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t supervisor = ::fork();
    if (supervisor == 0) {
        ::close(ends[0]);
        (void)supervise({}, [&] {
            const pid_t self = ::getpid();
            (void)!::write(ends[1], &self, sizeof(self));
            std::this_thread::sleep_for(60s);
            return 0;
        });
        ::_exit(0);
    }
    pid_t worker = 0;
    ASSERT_EQ(::read(ends[0], &worker, sizeof(worker)), static_cast<ssize_t>(sizeof(worker)));
    ::close(ends[1]);
    ::kill(supervisor, SIGKILL);
    ::waitpid(supervisor, nullptr, 0);
    char byte = 0;
    EXPECT_EQ(::read(ends[0], &byte, 1), 0);  // the worker's end is closed, its lock on the folder soon after
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    do {
        EXPECT_EQ(run({}, [] { return 0; }), 0);  // sweeps the folder that it left
    } while (!fs::is_empty(path("tmp")) && std::chrono::steady_clock::now() < deadline);
}

}  // namespace
}  // namespace qs::test
