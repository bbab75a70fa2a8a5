#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "protocol/json.h"
#include "server/server.h"

namespace qs {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(WorkbenchHandlers, CompareAnswersWithAComparison) {
    const HandlerTable table = workbenchHandlers();
    RequestJob job;
    const auto info = table.at("initialize")(json::object(), job);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_GE(info->at("contestants").size(), 8U);
    protocol::CompareParams params;
    params.variant.model = QS_SOURCE_DIR "/resources/samples/fashion_resnet.pt";
    params.variant.recipe.rules = {{"global", "", "onednn"}};
    params.variant.recipe.calib_samples = 8;
    params.variant.recipe.latency_runs = 2;
    params.variant.recipe.latency_warmup = 0;
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

TEST(WorkbenchHandlers, VerifyAnswersWithWhatDiffersOrWhyNot) {
    const HandlerTable table = workbenchHandlers();
    RequestJob job;
    const auto info = table.at("initialize")(json::object(), job);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_THAT(info->at("file_runtimes").dump(), HasSubstr("reference"));
    const std::string model = QS_SOURCE_DIR "/resources/samples/fashion_resnet.pt";
    const std::string file = testing::TempDir() + "workbench_handlers_test.pt";
    protocol::ExportParams exporting;
    exporting.variant.model = model;
    exporting.variant.recipe.rules = {{"global", "", "onednn"}};
    exporting.variant.recipe.calib_samples = 8;
    exporting.path = file;
    exporting.replace = true;
    const auto written = table.at("variant.export")(json(exporting), job);
    ASSERT_TRUE(written) << written.error().message;
    protocol::VerifyParams params;
    params.file = file;
    params.model = model;
    const auto answer = table.at("variant.verify")(json(params), job);
    ASSERT_TRUE(answer) << answer.error().message;
    const auto result = answer->get<protocol::VerifyResult>();
    EXPECT_FALSE(result.layers.empty());
    EXPECT_FALSE(result.verdict.empty());
    params.file = "nowhere.pt";
    const auto refused = table.at("variant.verify")(json(params), job);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("nowhere.pt does not exist"));
    std::filesystem::remove(file);
}

}  // namespace
}  // namespace qs
