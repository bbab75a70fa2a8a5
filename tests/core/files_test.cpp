#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

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

    fs::path folder_;
};

TEST_F(Files, ReadingWhatIsNotThereSaysSo) {
    EXPECT_THAT(readFile(folder_ / "none").error().message, HasSubstr("No such file"));
}

}  // namespace
}  // namespace qs
