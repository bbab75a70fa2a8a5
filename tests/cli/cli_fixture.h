#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "qscope.h"

namespace qs::test {

inline const std::string kModel = QS_SOURCE_DIR "/resources/samples/fashion_resnet.pt";
inline const std::string kData = "fashion-mnist:test";

/// Runs qscope in an empty folder that disappears with the test.
class CliTest : public testing::Test {
  protected:
    CliTest() {
        std::string name = (std::filesystem::temp_directory_path() / "qs_cli.XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        std::filesystem::create_directory(folder_ / "log");
    }
    ~CliTest() override { std::filesystem::remove_all(folder_); }

    Finished qscope(std::vector<std::string> arguments, const Environment& environment = {}) const {
        return Qscope(folder_ / "log", std::move(arguments), environment).wait();
    }
    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    std::string write(const std::string& name, const std::string& bytes) const {
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
        return path(name);
    }
    /// Names of the files in the test's folder.
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
            if (!entry.is_directory()) {
                names.push_back(entry.path().filename().string());
            }
        }
        return names;
    }

    /// Runs with --json and expects an error object, the same message on stderr, and the exit code of its
    /// kind.
    std::string errorMessage(std::vector<std::string> arguments, const std::string& kind) const {
        arguments.push_back("--json");
        const Finished run = qscope(std::move(arguments));
        EXPECT_EQ(run.code, kind == "usage" ? 2 : 1) << run.out << run.err;
        const nlohmann::json json = run.json();
        if (json.size() != 1 || !json.contains("error")) {
            ADD_FAILURE() << "not an error object: " << run.out;
            return {};
        }
        const std::string message = json["error"].value("message", "");
        EXPECT_EQ(json["error"]["kind"], kind) << message;
        EXPECT_NE(run.err.find(message), std::string::npos);
        EXPECT_EQ(message.find('\n'), std::string::npos) << message;
        return message;
    }

    std::filesystem::path folder_;
};

}  // namespace qs::test
