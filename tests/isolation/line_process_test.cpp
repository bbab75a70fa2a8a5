#include "isolation/line_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "isolation/temporary_folder.h"

namespace qs {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

class LineProcessTest : public testing::Test {
  protected:
    Result<std::unique_ptr<LineProcess>> shell(const std::string& script) {
        return LineProcess::start({"sh", {"sh", "-c"}}, script, folder_->path() / "log");
    }
    /// What receiving from `script` fails with.
    std::string error(const std::string& script, std::chrono::milliseconds limit = 5s) {
        const auto process = shell(script);
        const auto line = (*process)->receive(limit);
        EXPECT_FALSE(line) << *line;
        return line ? "" : line.error().message;
    }

    std::unique_ptr<TemporaryFolder> folder_ = std::move(TemporaryFolder::make()).value();
};

TEST_F(LineProcessTest, AnswersALineToALine) {
    const auto process = shell("while read line; do echo \"<$line>\"; done");
    ASSERT_TRUE(process) << process.error().message;
    for (const std::string text : {"one", "", "three words here"}) {
        ASSERT_TRUE((*process)->send(text));
        EXPECT_EQ((*process)->receive(5s).value(), "<" + text + ">");
    }
}

TEST_F(LineProcessTest, LinesThatComeAtOnceOrInPiecesStayLines) {
    const auto process = shell("printf 'a\\nb\\nc'; sleep 0.05; printf 'd\\n'; read x");
    for (const std::string text : {"a", "b", "cd"}) {
        EXPECT_EQ((*process)->receive(5s).value(), text);
    }
}

TEST_F(LineProcessTest, AProgramThatIsNotThereIsNamed) {
    const auto process = LineProcess::start({"none", {"no-such-program"}}, "", folder_->path() / "log");
    ASSERT_FALSE(process);
    EXPECT_THAT(process.error().message, AllOf(HasSubstr("no-such-program"), HasSubstr("No such file")));
}

TEST_F(LineProcessTest, HowItEndedIsSaidWithTheLastLineOfItsLog) {
    EXPECT_EQ(error("echo first >&2; echo out of memory >&2; exit 3"),
              "sh ended with exit code 3: out of memory");
    EXPECT_EQ(error("exit 0"), "sh ended with exit code 0");
    EXPECT_THAT(error("kill -9 $$"), HasSubstr("was ended by the signal Killed"));
}

TEST_F(LineProcessTest, SilenceIsAFailureInTime) {
    EXPECT_EQ(error("exec sleep 60", 50ms), "sh did not answer within 50 ms");
}

TEST_F(LineProcessTest, AHalfLineIsNoAnswer) {
    EXPECT_THAT(error("printf half"), HasSubstr("ended with exit code 0"));
}

TEST_F(LineProcessTest, SendingToTheDeadIsAFailureAndNoSignal) {
    const auto process = shell("exit 4");
    EXPECT_FALSE((*process)->receive(5s));
    const Status sent = (*process)->send("anybody there?");
    EXPECT_FALSE(sent);
}

TEST_F(LineProcessTest, AStubbornChildEndsWithTheObject) {
    pid_t child = 0;
    {
        const auto process = shell("echo $$; exec sleep 60");
        child = static_cast<pid_t>(std::stol((*process)->receive(5s).value()));
        EXPECT_EQ(::kill(child, 0), 0);
    }
    EXPECT_EQ(::kill(child, 0), -1);
}

}  // namespace
}  // namespace qs
