#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "data/dataset.h"

namespace qs {

/// An empty folder that disappears with the test.
class DatasetTest : public testing::Test {
  protected:
    DatasetTest() {
        std::string name = (std::filesystem::temp_directory_path() / "qs_data.XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~DatasetTest() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path write(const std::filesystem::path& name, const std::string& bytes) const {
        std::filesystem::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
        return folder_ / name;
    }
    std::filesystem::path writeGz(const std::filesystem::path& name, const std::string& bytes) const {
        std::filesystem::create_directories((folder_ / name).parent_path());
        gzFile file = gzopen((folder_ / name).c_str(), "wb");
        gzwrite(file, bytes.data(), unsigned(bytes.size()));
        gzclose(file);
        return folder_ / name;
    }
    /// Copies an image of tests/data/torchvision.
    void copyImage(const std::string& image, const std::filesystem::path& to) const {
        std::filesystem::create_directories((folder_ / to).parent_path());
        std::filesystem::copy_file(std::filesystem::path(QS_SOURCE_DIR "/tests/data/torchvision") / image,
                                   folder_ / to);
    }

    /// The error of opening `source`; fails the test where it opens.
    static Error openError(const std::string& source, const protocol::Preprocessing& preprocessing = {}) {
        const auto data = openDataset(source, preprocessing);
        EXPECT_FALSE(data) << source << " was opened";
        return data ? Error{} : data.error();
    }

    std::filesystem::path folder_;
};

/// Sets an environment variable for a scope.
class ScopedEnvironment {
  public:
    ScopedEnvironment(const char* name, const std::string& value) : name_(name) {
        ::setenv(name, value.c_str(), 1);
    }
    ~ScopedEnvironment() { ::unsetenv(name_); }
    ScopedEnvironment(const ScopedEnvironment&) = delete;
    ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;

  private:
    const char* name_;
};

}  // namespace qs
