#include "fuzz/fuzz_fixture.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>

namespace qs::test {

namespace {

namespace fs = std::filesystem;

std::optional<uint64_t> numberFrom(const char* variable) {
    const char* value = std::getenv(variable);
    return value ? std::optional<uint64_t>(std::stoull(value)) : std::nullopt;
}

/// "Files/FuzzOnnx.Mutated/opset_13" -> "Files_FuzzOnnx.Mutated_opset_13"
std::string nameOfTest() {
    const auto& test = *::testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test.test_suite_name()) + '.' + test.name();
    std::ranges::replace(name, '/', '_');
    return name;
}

fs::path keep(const std::string& bytes, uint64_t number, const std::string& file) {
    const fs::path folder = fs::path(QS_FUZZ_FAILURES_DIR) / nameOfTest();
    fs::create_directories(folder);
    const fs::path path = folder / (std::to_string(number) + '-' + file);
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

}  // namespace

uint64_t mutations() {
#if defined(__SANITIZE_ADDRESS__)
    constexpr uint64_t kDefault = 120;
#else
    constexpr uint64_t kDefault = 250;
#endif
    return numberFrom("QS_FUZZ_MUTATIONS").value_or(kDefault);
}

FuzzTest::FuzzTest() {
    std::string name = (fs::temp_directory_path() / "qs-fuzz-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
}

FuzzTest::~FuzzTest() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

fs::path FuzzTest::write(const std::string& name, const std::string& bytes) const {
    const fs::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

std::vector<SandboxFailure> FuzzTest::run(uint64_t count,
                                          const std::function<std::string(uint64_t)>& attempt) const {
    const auto only = numberFrom("QS_FUZZ_ONLY");
    const auto inFolder = [&](uint64_t number) {
        fs::current_path(folder_);
        return attempt(number);
    };
    SandboxLimits limits;
    limits.folder = folder_;
    limits.quiet = !only;
    limits.mostFailures = numberFrom("QS_FUZZ_FAILURES").value_or(limits.mostFailures);
    return runInSandbox(only.value_or(0), only ? *only + 1 : count, limits, inFolder);
}

void FuzzTest::expectWell(uint64_t count, const std::function<std::string(uint64_t)>& attempt) const {
    for (const SandboxFailure& failure : run(count, attempt)) {
        ADD_FAILURE() << "number " << failure.number << ": " << failure.what;
    }
}

void FuzzTest::expectWell(const Inputs& inputs,
                          const std::function<std::string(const fs::path&)>& use) const {
    const auto attempt = [&](uint64_t number) { return use(write(inputs.file, inputs.make(number))); };
    for (const SandboxFailure& failure : run(inputs.count, attempt)) {
        ADD_FAILURE() << "number " << failure.number << ": " << failure.what << "\nkept as "
                      << keep(inputs.make(failure.number), failure.number, inputs.file);
    }
}

void FuzzTest::inChild(const std::function<void()>& work) const {
    const auto failures = runInSandbox(0, 1, {.seconds = 300}, [&](uint64_t) -> std::string {
        fs::current_path(folder_);
        try {
            work();
        } catch (const std::exception& error) {
            return error.what();
        }
        return "";
    });
    for (const SandboxFailure& failure : failures) {
        FAIL() << failure.what;
    }
}

}  // namespace qs::test
