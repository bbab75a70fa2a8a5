#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>

#include "fuzz/sandbox.h"

namespace qs::test {

/// Mutations of each seed, fewer where the sanitizers slow everything down; QS_FUZZ_MUTATIONS asks for more.
uint64_t mutations();

/// Inputs of one kind, made by number.
struct Inputs {
    uint64_t count = 0;
    std::string file;  ///< the name that each gets
    std::function<std::string(uint64_t)> make;
};

/// A folder for damaged files, which is also the working folder of the sandbox that they are opened in.
class FuzzTest : public ::testing::Test {
  protected:
    FuzzTest();
    ~FuzzTest() override;

    std::filesystem::path write(const std::string& name, const std::string& bytes) const;

    /// `attempt(number)` says what went wrong, or nothing, for every number below `count`, or for the number
    /// QS_FUZZ_ONLY alone. Ends after QS_FUZZ_FAILURES failures (5).
    void expectWell(uint64_t count, const std::function<std::string(uint64_t)>& attempt) const;
    /// `use(path)` says what went wrong with an input, or nothing. Inputs that fail are kept under
    /// tests/fuzz-failures in the build folder.
    void expectWell(const Inputs& inputs,
                    const std::function<std::string(const std::filesystem::path&)>& use) const;
    /// Runs `work` in a process of its own, so that this one never starts threads, which children would miss.
    /// It throws where it fails.
    void inChild(const std::function<void()>& work) const;

    std::filesystem::path folder_;

  private:
    std::vector<SandboxFailure> run(uint64_t count,
                                    const std::function<std::string(uint64_t)>& attempt) const;
};

}  // namespace qs::test
