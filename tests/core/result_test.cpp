#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

#include "core/guard.h"
#include "core/result.h"

namespace qs {
namespace {

Result<std::unique_ptr<int>> make(bool works) {
    if (!works) {
        return failure("no");
    }
    return std::make_unique<int>(7);
}

Result<int> use(bool works) {
    QS_ASSIGN(const auto number, make(works));
    QS_TRY(Status());
    return *number;
}

TEST(Result, PassesValuesAndErrorsOn) {
    EXPECT_EQ(*use(true), 7);
    ASSERT_FALSE(use(false));
    EXPECT_EQ(use(false).error().message, "no");
}

TEST(Guard, TurnsExceptionsIntoOneLineWithoutABacktrace) {
    const auto result = guard("layer conv1", []() -> int {
        throw std::runtime_error("bad shape\nException raised from somewhere\nframe #0");
    });
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message, "layer conv1: bad shape");
}

TEST(Guard, LeavesErrorsOfTheBodyAlone) {
    const Status status = guard("outer", []() -> Status { return usageError("inner"); });
    EXPECT_EQ(status.error().message, "inner");
    EXPECT_EQ(status.error().kind, ErrorKind::Usage);
}

}  // namespace
}  // namespace qs
