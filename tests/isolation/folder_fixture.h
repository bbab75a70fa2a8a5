#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "core/files.h"

namespace qs::test {

/// An empty folder that disappears with the test.
class FolderTest : public ::testing::Test {
  protected:
    FolderTest() {
        std::string name = (std::filesystem::temp_directory_path() / "qs_isolation.XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~FolderTest() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path path(const std::string& name) const { return folder_ / name; }
    void put(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary) << text;
    }
    std::string textOf(const std::string& name) const {
        const auto text = readFile(path(name));
        return text ? *text : "(" + text.error().message + ")";
    }
    /// Every file below the folder, relative.
    std::set<std::string> files() const {
        std::set<std::string> names;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
            if (!entry.is_directory()) {
                names.insert(entry.path().lexically_relative(folder_).string());
            }
        }
        return names;
    }

    std::filesystem::path folder_;
};

}  // namespace qs::test
