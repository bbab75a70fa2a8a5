#include <gtest/gtest.h>

#include <vector>

#include "core/job.h"

namespace qs {
namespace {

TEST(Job, ReportsTheFirstAndTheLastStepOfAPhaseWhateverTheThrottle) {
    std::vector<Progress> reports;
    Job job([&](const Progress& p) { reports.push_back(p); }, {});
    job.begin("Phase", 1000);
    for (int i = 1; i <= 1000; ++i) {
        ASSERT_TRUE(job.step(i));
    }
    ASSERT_GE(reports.size(), 2u);
    EXPECT_LT(reports.size(), 100u);
    EXPECT_EQ(reports.front().done, 0);
    EXPECT_EQ(reports.back().done, 1000);
    EXPECT_EQ(reports.back().message, "Phase");
    EXPECT_DOUBLE_EQ(reports.back().etaSeconds, 0);
}

TEST(Job, StopsAtTheNextStepOnceCancelled) {
    CancelToken token;
    Job job({}, token);
    job.begin("Phase", 10);
    EXPECT_TRUE(job.step(1));
    token.cancel();
    const Status status = job.step(2);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::Cancelled);
}

}  // namespace
}  // namespace qs
