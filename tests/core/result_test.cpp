#include <gtest/gtest.h>

#include <memory>
#include <new>
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

TEST(Guard, KeepsWhatOnlyALibrarysAuthorsUnderstandFromPeople) {
    for (const char* text : {"vector::_M_range_check: __n (which is 4) >= this->size() (which is 2)",
                             "ret == 0 INTERNAL ASSERT FAILED at \"../c10/core/Impl.cpp\":12, please report",
                             "Expected x.dim() > 0 to be true, but got false.",
                             "[json.exception.type_error.302] type must be number, but is string",
                             "basic_string::substr: __pos (which is 9) > this->size() (which is 3)"}) {
        const auto result = guard("layer conv1", [&]() -> int { throw std::runtime_error(text); });
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().message,
                  "layer conv1: it failed inside a library; set QSCOPE_LOG=debug for the details");
    }
}

TEST(Guard, SaysThatMemoryIsExhausted) {
    const auto result = guard("layer conv1", []() -> int { throw std::bad_alloc(); });
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message, "layer conv1: there is not enough memory for it");
}

TEST(Guard, LeavesErrorsOfTheBodyAlone) {
    const Status status = guard("outer", []() -> Status { return usageError("inner"); });
    EXPECT_EQ(status.error().message, "inner");
    EXPECT_EQ(status.error().kind, ErrorKind::Usage);
}

}  // namespace
}  // namespace qs
