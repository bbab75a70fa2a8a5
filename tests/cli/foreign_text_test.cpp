#include <gmock/gmock.h>

#include <algorithm>

#include "cli_fixture.h"

namespace qs::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// What files and names from elsewhere do to the program and the terminal.
class ForeignText : public CliTest {};

TEST_F(ForeignText, NestedWithoutEndIsOneLineAtEveryDoor) {
    const std::string nested(200'000, '[');
    const std::string closed = nested + std::string(200'000, ']');
    const auto isRefused = HasSubstr("is nested deeper than 100 levels");
    for (const std::string& text : {nested, closed, "{\"rules\": " + closed + "}"}) {
        EXPECT_THAT(errorMessage({"bench", kModel, "--recipe", write("r.json", text)}, "failed"), isRefused);
        EXPECT_THAT(
            errorMessage({"inspect", kModel, "--data", kData, "--labels", write("l.json", text)}, "failed"),
            isRefused);
        const std::string project =
            write("p.qsproj", "{\"format\": \"quantoscope project\", \"x\": " + text + "}");
        EXPECT_THAT(errorMessage({"verify", kModel, "--against", project}, "failed"), isRefused);
    }
}

TEST_F(ForeignText, IsShownAndDoesNotAct) {
    std::string names;
    for (int i = 0; i < 10; ++i) {
        names += "class\x1b]0;title\x07\u202e" + std::to_string(i) + '\n';
    }
    const std::vector<std::string> inspect{"inspect", kModel,     "--data",
                                           kData,     "--labels", write("names.txt", names)};
    const Finished text = qscope(inspect);
    EXPECT_EQ(text.code, 0) << text.err;
    EXPECT_THAT(text.out, AllOf(HasSubstr("class\\x1b]0;title\\x07\\u202e3"), Not(HasSubstr("\x1b")),
                                Not(HasSubstr("\u202e"))));
    std::vector<std::string> machine = inspect;
    machine.push_back("--json");
    EXPECT_EQ(qscope(machine).json()["classes"][3], "class\x1b]0;title\x07\u202e3");
}

TEST_F(ForeignText, InMessagesIsShownOnOneLine) {
    const Finished run = qscope({"inspect", "no\nsuch\x1b[2J\xff.pt"});
    EXPECT_EQ(run.code, 1);
    EXPECT_THAT(run.err, AllOf(HasSubstr("no\\nsuch\\x1b[2J\\xff.pt"), testing::EndsWith("\n")));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1);
}

}  // namespace
}  // namespace qs::test
