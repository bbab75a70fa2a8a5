// Tests that need another runtime skip where it is absent. Where QS_REQUIRE_RUNTIMES is 1, as in
// packaging/test, its absence is a failure: there nothing may go unproven without a word.

#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "support/test_models.h"
#include "verify/verify_fixture.h"

namespace qs::test {
namespace {

bool areRequired() {
    const char* told = std::getenv("QS_REQUIRE_RUNTIMES");
    return told != nullptr && std::string_view(told) == "1";
}

using RequiredRuntimes = VerifyFixture;

TEST_F(RequiredRuntimes, AreHere) {
    if (!areRequired()) {
        GTEST_SKIP() << "QS_REQUIRE_RUNTIMES is not 1";
    }
    for (const char* name : {"libtorch", "lite", "onnxruntime"}) {
        EXPECT_EQ(fileRuntimes().find(name)->whyAbsent(), "") << name;
    }
    EXPECT_TRUE(std::filesystem::exists(modelFile("done"))) << "python3-torch and python3-torchvision";
}

}  // namespace
}  // namespace qs::test
