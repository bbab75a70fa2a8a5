#include "isolation/temporary_folder.h"

#include <gmock/gmock.h>

#include "isolation/folder_fixture.h"

namespace qs::test {
namespace {

namespace fs = std::filesystem;

/// With a temporary folder of its own.
class TemporaryFolderTest : public FolderTest {
  protected:
    void SetUp() override { ::setenv("TMPDIR", folder_.c_str(), 1); }
    void TearDown() override { ::unsetenv("TMPDIR"); }
};

TEST_F(TemporaryFolderTest, GoesWithTheObject) {
    {
        const auto folder = TemporaryFolder::make();
        ASSERT_TRUE(folder);
        std::ofstream((*folder)->path() / "file") << "x";
        EXPECT_EQ(files().size(), 1U);
    }
    EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(TemporaryFolderTest, IsSweptOnceItsProcessHasEnded) {
    const auto living = TemporaryFolder::make();
    ASSERT_TRUE(living);
    std::ofstream((*living)->path() / "kept") << "x";
    put("qscope.killed/deep/file", "left");
    put("others/file", "somebody else's");
    TemporaryFolder::sweep();
    EXPECT_FALSE(fs::exists(path("qscope.killed")));
    EXPECT_TRUE(fs::exists(path("others/file")));
    EXPECT_TRUE(fs::exists((*living)->path() / "kept"));
}

}  // namespace
}  // namespace qs::test
