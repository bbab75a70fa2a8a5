#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/files.h"

namespace qs {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Files : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("qs_files_" + std::to_string(::getpid()));
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    void put(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name) << text;
    }
    size_t entries() const {
        return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
    }

    fs::path folder_;
};

Status writeText(const fs::path& path, const std::string& text) {
    std::ofstream(path) << text;
    return {};
}

TEST_F(Files, WritesAndReplaces) {
    put("a.txt", "old");
    ASSERT_TRUE(writeAtomically(folder_ / "a.txt", [](const fs::path& p) { return writeText(p, "new"); }));
    EXPECT_EQ(*readFile(folder_ / "a.txt"), "new");
    EXPECT_EQ(entries(), 1u);
}

TEST_F(Files, LeavesTheOldFileAndNoRestWhenWritingFails) {
    put("a.txt", "old");
    const Status written = writeAtomically(folder_ / "a.txt", [](const fs::path& p) -> Status {
        (void)writeText(p, "half");
        return failure("no space");
    });
    EXPECT_FALSE(written);
    EXPECT_EQ(*readFile(folder_ / "a.txt"), "old");
    EXPECT_EQ(entries(), 1u);
}

TEST_F(Files, TurnsExceptionsOfTheWriterIntoErrors) {
    const Status written = writeAtomically(
        folder_ / "a.txt", [](const fs::path&) -> Status { throw std::runtime_error("boom"); });
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("boom"));
    EXPECT_EQ(entries(), 0u);
}

TEST_F(Files, ChecksThatAPathCanBeWrittenAndLeavesNothing) {
    EXPECT_TRUE(checkWritable(folder_ / "new.pt"));
    EXPECT_EQ(entries(), 0u);
    EXPECT_THAT(checkWritable(folder_ / "none" / "new.pt").error().message, HasSubstr("does not exist"));
    EXPECT_THAT(checkWritable(folder_).error().message, HasSubstr("it is a folder"));
    EXPECT_FALSE(checkWritable(""));
}

TEST_F(Files, ReadingWhatIsNotThereSaysSo) {
    EXPECT_THAT(readFile(folder_ / "none").error().message, HasSubstr("No such file"));
}

}  // namespace
}  // namespace qs
