#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "comparison/comparison_fixture.h"
#include "comparison/exported_file.h"
#include "comparison/onnxruntime_runner.h"
#include "onnxruntime/session.h"

namespace qs::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// Changes the current folder as long as it lives.
class CurrentFolder {
  public:
    explicit CurrentFolder(const fs::path& folder) : before_(fs::current_path()) { fs::current_path(folder); }
    ~CurrentFolder() { fs::current_path(before_); }
    CurrentFolder(const CurrentFolder&) = delete;
    CurrentFolder& operator=(const CurrentFolder&) = delete;

  private:
    fs::path before_;
};

/// ONNX Runtime, or what stands in for node.
class OnnxRuntimeTest : public ComparisonFixture {
  protected:
    Result<std::unique_ptr<Runner>> open(const fs::path& model) {
        return makeOnnxRuntimeRunner(model, {at::randn({1, 1, 28, 28})}, 1, folder_->path());
    }
    fs::path exported() const {
        const ComparisonSubject network = subject();
        return exportFile(network, network.integer, "integer.onnx").value();
    }
    /// A PATH on which the only program is a node that runs `script`, and sh.
    std::string pathWithNode(const std::string& script) const {
        const fs::path bin = folder_->path() / "bin";
        fs::create_directories(bin);
        std::ofstream(bin / "node") << "#!/bin/sh\n" << script << '\n';
        fs::permissions(bin / "node", fs::perms::owner_all);
        return bin.string();
    }
    /// What opening fails with where node is `script`.
    std::string openingError(const std::string& script) {
        const Variable path("PATH", pathWithNode(script).c_str());
        const auto runner = open("model.onnx");
        EXPECT_FALSE(runner);
        return runner ? "" : runner.error().message;
    }
};

TEST_F(OnnxRuntimeTest, RunsAsOftenAsAsked) {
    if (!hasOnnxRuntime()) {
        GTEST_SKIP() << "needs onnxruntime-node: set QS_NODE_MODULES";
    }
    const auto runner = open(exported());
    ASSERT_TRUE(runner) << runner.error().message;
    EXPECT_THAT((*runner)->version(), testing::MatchesRegex("ONNX Runtime [0-9.]+.*"));
    for (int i = 0; i < 3; ++i) {
        const auto time = (*runner)->run();
        ASSERT_TRUE(time) << time.error().message;
        EXPECT_GT(time->wallMs, 0);
        EXPECT_GT(time->processorMs, 0);
    }
}

TEST_F(OnnxRuntimeTest, AModelThatItRefusesIsAFailure) {
    if (!hasOnnxRuntime()) {
        GTEST_SKIP() << "needs onnxruntime-node: set QS_NODE_MODULES";
    }
    const fs::path model = folder_->path() / "broken.onnx";
    std::ofstream(model) << "no model";
    const auto broken = open(model);
    ASSERT_FALSE(broken);
    EXPECT_THAT(broken.error().message, HasSubstr("broken.onnx"));
    EXPECT_THAT(broken.error().message, testing::Not(HasSubstr("\n")));
}

TEST_F(OnnxRuntimeTest, AnInputOfAnotherShapeFailsInTheRun) {
    if (!hasOnnxRuntime()) {
        GTEST_SKIP() << "needs onnxruntime-node: set QS_NODE_MODULES";
    }
    const auto runner = makeOnnxRuntimeRunner(exported(), {at::randn({1, 3, 28, 28})}, 1, folder_->path());
    ASSERT_TRUE(runner) << runner.error().message;
    for (int i = 0; i < 2; ++i) {
        const auto time = (*runner)->run();
        ASSERT_FALSE(time);
        EXPECT_THAT(time.error().message, HasSubstr("imension"));
    }
}

TEST_F(OnnxRuntimeTest, WithoutNodeOrItsPackageTheReasonSaysWhatToDo) {
    {
        const Variable path("PATH", folder_->path().c_str());
        const auto runner = open("model.onnx");
        ASSERT_FALSE(runner);
        EXPECT_THAT(runner.error().message, AllOf(HasSubstr("node"), HasSubstr("No such file")));
    }
    if (::system("node --version > /dev/null 2>&1") != 0) {
        GTEST_SKIP() << "needs node";
    }
    const Variable modules("QS_NODE_MODULES", folder_->path().c_str());
    const auto runner = open("model.onnx");
    ASSERT_FALSE(runner);
    EXPECT_THAT(runner.error().message, AllOf(HasSubstr("onnxruntime-node is not installed"),
                                              HasSubstr("npm install"), HasSubstr("QS_NODE_MODULES")));
}

TEST_F(OnnxRuntimeTest, LeavesNothingInTheTemporaryFolderAndTheHome) {
    if (!hasOnnxRuntime()) {
        GTEST_SKIP() << "needs onnxruntime-node: set QS_NODE_MODULES";
    }
    const auto elsewhere = std::move(TemporaryFolder::make()).value();
    const Variable temporary("TMPDIR", elsewhere->path().c_str()), home("HOME", elsewhere->path().c_str());
    {
        const auto runner = open(exported());
        ASSERT_TRUE(runner) << runner.error().message;
        EXPECT_TRUE((*runner)->run());
    }
    EXPECT_TRUE(fs::is_empty(elsewhere->path())) << "telemetry keeps logs, a session and a device id";
}

TEST_F(OnnxRuntimeTest, RunsNoPackageOfTheCurrentFolder) {
    const fs::path trap = folder_->path() / "node_modules";
    for (const char* package : {"onnxruntime-node", "onnxruntime-common"}) {
        fs::create_directories(trap / package);
        std::ofstream(trap / package / "package.json") << R"({"version": "6.6.6"})";
        std::ofstream(trap / package / "index.js")
            << "require('fs').writeFileSync('" << (folder_->path() / "acted").string() << "', '')";
    }
    const CurrentFolder here(folder_->path());
    const std::string preload = "--require=" + (trap / "onnxruntime-node" / "index.js").string();
    const Variable modules("QS_NODE_MODULES", nullptr), path("NODE_PATH", trap.c_str()),
        options("NODE_OPTIONS", preload.c_str());
    EXPECT_THAT(OnnxRuntimeSession::whyAbsent(), testing::Not(testing::IsEmpty()));
    EXPECT_FALSE(open("model.onnx"));
    EXPECT_FALSE(fs::exists(folder_->path() / "acted"));
}

TEST_F(OnnxRuntimeTest, RunsNoNodeOfTheCurrentFolder) {
    const CurrentFolder here(pathWithNode("echo '{\"version\": \"6\"}'; read line"));
    for (const char* path : {"", ".", ":/nowhere", "../bin"}) {
        const Variable variable("PATH", path);
        EXPECT_THAT(OnnxRuntimeSession::whyAbsent(), HasSubstr("node is not installed")) << path;
        EXPECT_FALSE(open("model.onnx")) << path;
    }
}

TEST_F(OnnxRuntimeTest, ANodeThatDiesOrTalksNonsenseIsAFailure) {
    EXPECT_THAT(openingError("echo heap out of memory >&2; exit 134"),
                AllOf(HasSubstr("exit code 134"), HasSubstr("heap out of memory")));
    EXPECT_THAT(openingError("echo hello"), HasSubstr("'hello'"));
    EXPECT_THAT(openingError("echo '[1]'"), HasSubstr("'[1]'"));
    EXPECT_EQ(openingError("echo '{\"error\": \"no such model\"}'"), "no such model");
}

TEST_F(OnnxRuntimeTest, ANodeThatDiesInTheMiddleFailsItsRunsOnly) {
    const Variable path("PATH", pathWithNode("echo '{\"version\": \"9\"}'; read line; exit 5").c_str());
    const auto runner = open("model.onnx");
    ASSERT_TRUE(runner) << runner.error().message;
    for (int i = 0; i < 2; ++i) {
        const auto time = (*runner)->run();
        ASSERT_FALSE(time);
        EXPECT_EQ(time.error().kind, ErrorKind::Failed);
    }
}

TEST_F(OnnxRuntimeTest, AnInputOfATypeThatItDoesNotKnowIsRefused) {
    const auto runner =
        makeOnnxRuntimeRunner("model.onnx", {at::randn({1, 2}).to(at::kComplexFloat)}, 1, folder_->path());
    ASSERT_FALSE(runner);
    EXPECT_THAT(runner.error().message, HasSubstr("ComplexFloat"));
}

}  // namespace
}  // namespace qs::test
