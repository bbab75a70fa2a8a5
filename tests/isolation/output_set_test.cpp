#include "isolation/output_set.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "isolation/folder_fixture.h"
#include "isolation/in_use.h"

namespace qs::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class OutputSetTest : public FolderTest {
  protected:
    /// What claiming fails with; empty where it does not.
    std::string claimError(const std::vector<OutputClaim>& claims,
                           const std::vector<OutputInput>& inputs = {}) {
        const Status claimed = makeLocalOutputs()->claim(claims, inputs);
        return claimed ? "" : claimed.error().message;
    }
    /// Claims, writes a text to each path, and commits.
    Status write(const OutputClaim& claim, const std::vector<std::string>& names, const std::string& text) {
        const auto outputs = makeLocalOutputs();
        QS_TRY(outputs->claim({claim}, {}));
        for (const std::string& name : names) {
            QS_TRY(outputs->write(path(name), text + " " + name));
        }
        return outputs->commit();
    }
};

TEST_F(OutputSetTest, FilesAppearTogetherAndNotBefore) {
    const auto outputs = makeLocalOutputs();
    ASSERT_TRUE(outputs->claim({{path("a")}, {path("b")}}, {}));
    ASSERT_TRUE(outputs->write(path("a"), "one"));
    ASSERT_TRUE(outputs->write(path("b"), "two", /*executable=*/true));
    EXPECT_THAT(files(), IsEmpty());
    EXPECT_EQ(readFile(outputs->readable(path("b"))).value(), "two");
    EXPECT_EQ(outputs->readable(path("c")), path("c"));
    ASSERT_TRUE(outputs->commit());
    EXPECT_THAT(files(), ElementsAre("a", "b"));
    EXPECT_EQ(textOf("a"), "one");
    struct stat a = {}, b = {};
    ::stat(path("a").c_str(), &a);
    ::stat(path("b").c_str(), &b);
    const mode_t mask = ::umask(0);
    ::umask(mask);
    EXPECT_EQ(a.st_mode & 0777, 0666 & ~mask);
    EXPECT_EQ(b.st_mode & 0777, 0777 & ~mask);
}

TEST_F(OutputSetTest, ADroppedSetLeavesEverythingAsItWas) {
    put("old", "old");
    {
        const auto outputs = makeLocalOutputs();
        ASSERT_TRUE(outputs->claim({{path("old"), false, true}, {path("new")}}, {}));
        ASSERT_TRUE(outputs->write(path("old"), "changed"));
        ASSERT_TRUE(outputs->write(path("new"), "new"));
    }
    EXPECT_THAT(files(), ElementsAre("old"));
    EXPECT_EQ(textOf("old"), "old");
}

TEST_F(OutputSetTest, WhatExistsIsReplacedOnRequestOnly) {
    put("x", "old");
    EXPECT_THAT(claimError({{path("x")}}), AllOf(HasSubstr("exists already"), HasSubstr("--force")));
    EXPECT_EQ(makeLocalOutputs()->claim({{path("x")}}, {}).error().data,
              (ErrorData{{"file", path("x").string()}, {"exists", true}}));
    ASSERT_TRUE(write({path("x"), false, true}, {"x"}, "new"));
    EXPECT_EQ(textOf("x"), "new x");
    EXPECT_THAT(files(), ElementsAre("x"));
}

TEST_F(OutputSetTest, AFileThatCameInTheMeantimeStays) {
    const auto outputs = makeLocalOutputs();
    ASSERT_TRUE(outputs->claim({{path("first")}, {path("second")}}, {}));
    ASSERT_TRUE(outputs->write(path("first"), "ours"));
    ASSERT_TRUE(outputs->write(path("second"), "ours"));
    put("first", "theirs");
    EXPECT_FALSE(outputs->commit());
    EXPECT_THAT(files(), ElementsAre("first"));
    EXPECT_EQ(textOf("first"), "theirs");
}

TEST_F(OutputSetTest, WhereOneCannotBePublishedTheOthersAreTakenBack) {
    put("second", "old");
    const auto outputs = makeLocalOutputs();
    ASSERT_TRUE(outputs->claim({{path("first")}, {path("second"), false, true}, {path("third")}}, {}));
    for (const char* name : {"first", "second", "third"}) {
        ASSERT_TRUE(outputs->write(path(name), "new"));
    }
    fs::create_directory(path("first"));  // published last
    EXPECT_FALSE(outputs->commit());
    EXPECT_THAT(files(), ElementsAre("second"));
    EXPECT_EQ(textOf("second"), "old");
}

TEST_F(OutputSetTest, OutputsAreDistinctAndNoInput) {
    put("model.pt", "model");
    fs::create_symlink(path("model.pt"), path("link.pt"));
    fs::create_hard_link(path("model.pt"), path("hard.pt"));
    const std::vector<OutputInput> inputs{{path("model.pt"), "the model"}};
    for (const char* name : {"model.pt", "link.pt", "hard.pt", "./model.pt"}) {
        EXPECT_THAT(claimError({{path(name), false, true}}, inputs), HasSubstr("is the model itself"))
            << name;
    }
    EXPECT_THAT(claimError({{path("a")}, {path("a")}}), HasSubstr("two outputs"));
    EXPECT_THAT(claimError({{path("a")}, {path("./a")}}), HasSubstr("two outputs"));
    EXPECT_THAT(claimError({{path("a.onnx"), false, false, {path("a.onnx.data")}}, {path("a.onnx.data")}}),
                HasSubstr("two outputs"));
    EXPECT_THAT(claimError({{path("a"), true}, {path("a/b")}}), HasSubstr("two outputs"));
    fs::create_directory(path("project"));
    put("project/model.pt", "model");
    EXPECT_THAT(claimError({{path("project"), true, true}}, {{path("project/model.pt"), "the model"}}),
                HasSubstr("holds the model"));
}

TEST_F(OutputSetTest, PlacesThatCannotBeWrittenAreNamedBeforeTheWork) {
    fs::create_directory(path("folder"));
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    EXPECT_THAT(claimError({{path("none") / "a"}}), HasSubstr("does not exist"));
    EXPECT_THAT(claimError({{path("folder")}}), HasSubstr("it is a folder"));
    EXPECT_THAT(claimError({{path("pipe"), false, true}}), HasSubstr("a device or a pipe"));
    EXPECT_THAT(claimError({{"/dev/null", false, true}}), HasSubstr("a device or a pipe"));
    EXPECT_THAT(claimError({{"/proc/a"}}), HasSubstr("cannot write /proc/a"));
    EXPECT_THAT(claimError({{""}}), HasSubstr("not a file name"));
    EXPECT_THAT(claimError({{path("new")}}), IsEmpty());
    EXPECT_THAT(files(), ElementsAre("pipe"));
}

TEST_F(OutputSetTest, WhatNobodyClaimedIsNotWritten) {
    const auto outputs = makeLocalOutputs();
    ASSERT_TRUE(outputs->claim({{path("a.onnx"), false, false, {path("a.onnx.data")}}}, {}));
    EXPECT_FALSE(outputs->write(path("b"), "x"));
    EXPECT_TRUE(outputs->write(path("a.onnx.data"), "x"));
    put("c.onnx.data", "a stranger's");
    ASSERT_TRUE(outputs->claim({{path("c.onnx"), false, false, {path("c.onnx.data")}}}, {}));
    EXPECT_FALSE(outputs->write(path("c.onnx.data"), "x"));
}

TEST_F(OutputSetTest, NamesAsLongAsTheFileSystemTakes) {
    for (const size_t length : {246, 250, 255}) {
        const std::string name(length, 'n');
        ASSERT_TRUE(write({path(name)}, {name}, "text")) << length;
        ASSERT_TRUE(write({path(name), false, true}, {name}, "again")) << length;
        EXPECT_EQ(textOf(name), "again " + name);
    }
}

TEST_F(OutputSetTest, AFullDiskLeavesNothing) {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before = {};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{1000, before.rlim_max};
    const auto outputs = makeLocalOutputs();
    ASSERT_TRUE(outputs->claim({{path("a")}}, {}));
    ::setrlimit(RLIMIT_FSIZE, &small);
    const Status written = outputs->write(path("a"), std::string(2000, 'x'));
    ::setrlimit(RLIMIT_FSIZE, &before);
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("make room"));
    EXPECT_THAT(files(), IsEmpty());
}

TEST_F(OutputSetTest, AFolderIsMadeWhole) {
    ASSERT_TRUE(write({path("app"), true}, {"app/a", "app/deep/er/b"}, "one"));
    EXPECT_THAT(files(), ElementsAre("app/.quantoscope-files", "app/a", "app/deep/er/b"));
    EXPECT_EQ(textOf("app/deep/er/b"), "one app/deep/er/b");
    EXPECT_THAT(claimError({{path("app"), true}}), HasSubstr("--force"));
}

TEST_F(OutputSetTest, AFolderThatIsReplacedKeepsWhatAPersonPutThere) {
    ASSERT_TRUE(write({path("app"), true}, {"app/a", "app/old/b"}, "one"));
    put("app/thesis.tex", "years of work");
    put("app/build/outputs/app.apk", "built");
    fs::create_directories(path("app/empty"));
    ASSERT_TRUE(write({path("app"), true, true}, {"app/a", "app/c"}, "two"));
    EXPECT_THAT(files(), ElementsAre("app/.quantoscope-files", "app/a", "app/build/outputs/app.apk", "app/c",
                                     "app/thesis.tex"));
    EXPECT_EQ(textOf("app/a"), "two app/a");
    EXPECT_EQ(textOf("app/thesis.tex"), "years of work");
    EXPECT_TRUE(fs::is_directory(path("app/empty")));
}

TEST_F(OutputSetTest, AFolderTakesNoNameOfWhatIsNotItsOwn) {
    ASSERT_TRUE(write({path("app"), true}, {"app/a"}, "one"));
    put("app/b", "mine");
    EXPECT_FALSE(write({path("app"), true, true}, {"app/a", "app/b"}, "two"));
    EXPECT_EQ(textOf("app/a"), "one app/a");
    EXPECT_EQ(textOf("app/b"), "mine");
    EXPECT_THAT(files(), ElementsAre("app/.quantoscope-files", "app/a", "app/b"));
}

TEST_F(OutputSetTest, AFolderOfOtherThingsIsLeftAlone) {
    put("other/thesis.tex", "years of work");
    EXPECT_THAT(claimError({{path("other"), true, true}}), HasSubstr("holds other things"));
    put("file", "x");
    EXPECT_THAT(claimError({{path("file"), true, true}}), HasSubstr("it is a file"));
    fs::create_directory(path("empty"));
    EXPECT_TRUE(write({path("empty"), true}, {"empty/a"}, "one"));
}

TEST_F(OutputSetTest, WhatAKilledProcessLeftIsSweptByTheNext) {
    put(".qscope.0123456789ab", "left");
    put(".qscope.000000000000/deep/file", "left");
    put(".qscope.notours", "somebody else's");
    EXPECT_THAT(claimError({{path("a")}}), IsEmpty());
    EXPECT_THAT(files(), ElementsAre(".qscope.notours"));
}

TEST_F(OutputSetTest, WhatALivingProcessIsWritingIsNotSwept) {
    put(".qscope.0123456789ab", "in use");
    const Descriptor user(::open(path(".qscope.0123456789ab").c_str(), O_RDONLY));
    markInUse(user.get());
    EXPECT_THAT(claimError({{path("a")}}), IsEmpty());
    EXPECT_THAT(files(), ElementsAre(".qscope.0123456789ab"));
}

}  // namespace
}  // namespace qs::test
