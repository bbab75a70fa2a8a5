#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/json.h"
#include "server/server.h"

namespace qs {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(WorkbenchHandlers, CompareAnswersWithAComparison) {
    const HandlerTable table = workbenchHandlers();
    Job job;
    const auto info = table.at("initialize")(json::object(), job);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_GE(info->at("contestants").size(), 8U);
    protocol::CompareParams params;
    params.model = QS_SOURCE_DIR "/resources/samples/fashion_resnet.pt";
    params.recipe.rules = {{"global", "", "onednn"}};
    params.recipe.calib_samples = 8;
    params.recipe.latency_runs = 2;
    params.recipe.latency_warmup = 0;
    params.against = {"ours-fp32"};
    const auto answer = table.at("model.compare")(json(params), job);
    ASSERT_TRUE(answer) << answer.error().message;
    const auto comparison = answer->get<protocol::ComparisonResult>();
    ASSERT_EQ(comparison.rows.size(), 2U);
    EXPECT_EQ(comparison.rows[0].name, "ours-int8");
    EXPECT_TRUE(comparison.rows[1].median_ms);
    params.against = {"nobody"};
    const auto refused = table.at("model.compare")(json(params), job);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Usage);
    EXPECT_THAT(refused.error().message, HasSubstr("ours-fp32"));
}

}  // namespace
}  // namespace qs
