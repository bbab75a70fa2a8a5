#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "fuzz/plain_words.h"
#include "fuzz/sandbox.h"

namespace qs::test {

/// Mutations of each file, fewer where the sanitizers slow everything down; QS_FUZZ_MUTATIONS asks for more.
inline uint64_t mutations() {
    const char* wanted = std::getenv("QS_FUZZ_MUTATIONS");
#if defined(__SANITIZE_ADDRESS__)
    return wanted ? std::stoull(wanted) : 120;
#else
    return wanted ? std::stoull(wanted) : 250;
#endif
}

/// A folder for damaged files, and the sandbox that they are opened in.
class FuzzTest : public ::testing::Test {
  protected:
    FuzzTest() {
        std::string name = (std::filesystem::temp_directory_path() / "qs-fuzz-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~FuzzTest() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    std::filesystem::path write(const std::string& name, const std::string& bytes) const {
        const std::filesystem::path path = folder_ / name;
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }

    /// `attempt(number)` says what went wrong, or nothing, for every number below `count`.
    static void expectWell(uint64_t count, const std::function<std::string(uint64_t)>& attempt) {
        for (const SandboxFailure& failure : runInSandbox(0, count, {}, attempt)) {
            ADD_FAILURE() << "number " << failure.number << ": " << failure.what;
        }
    }

    /// What is wrong with an error message, or nothing.
    static std::string checkMessage(const std::string& message) { return whyNotPlain(message); }

    std::filesystem::path folder_;
};

}  // namespace qs::test
