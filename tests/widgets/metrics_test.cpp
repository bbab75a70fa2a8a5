#include "widgets/models/metrics.h"

#include <gtest/gtest.h>

#include "support/sample_results.h"
#include "support/shared.h"
#include "widgets/common/describe.h"
#include "widgets/common/format.h"
#include "widgets/models/variant_table_model.h"

namespace qs {
namespace {

protocol::MetricDrop drop(double value, double low, double high) {
    return {"top1", "%", value, low, high, 500, 7, 5, low > 0 || high < 0};
}

TEST(MetricsTest, ADropThatIsNoFactIsCalledThat) {
    EXPECT_EQ(metrics::sentence(drop(0.3, -0.4, 1)),
              "Top-1 falls by 0.30 pt (95 % interval -0.40 to 1.00 pt): not distinguishable from 0 on 500 "
              "samples.");
    EXPECT_EQ(metrics::shortChange(drop(0.3, -0.4, 1)), QString::fromUtf8("≈ 0"));
    EXPECT_EQ(metrics::sentence(drop(3, 1.5, 4.5)),
              "Top-1 falls by 3.00 pt (95 % interval 1.50 to 4.50 pt), on 500 samples.");
    EXPECT_EQ(metrics::shortChange(drop(3, 1.5, 4.5)), "-3.00 pt");
    EXPECT_EQ(metrics::sentence(drop(-3, -4.5, -1.5)),
              "Top-1 rises by 3.00 pt (95 % interval 1.50 to 4.50 pt), on 500 samples.");
}

TEST(MetricsTest, ValuesCarryTheirUnits) {
    EXPECT_EQ(metrics::value(91.256, "%"), "91.26 %");
    EXPECT_EQ(metrics::value(32.1, "dB"), "32.10 dB");
    EXPECT_EQ(metrics::value(0.998765, ""), "0.99877");
    EXPECT_EQ(metrics::value(std::nullopt, "dB"), format::kAbsent);
    EXPECT_EQ(metrics::title("exact_match:last"), "Exact match");
    EXPECT_EQ(metrics::title("something_new"), "something_new");
}

TEST(MetricsTest, TheHeadlineOfAnOldResultIsItsTop1) {
    protocol::ModelResult result;
    EXPECT_FALSE(metrics::headline(result).has_value());
    result.top1 = 91;
    ASSERT_TRUE(metrics::headline(result).has_value());
    EXPECT_EQ(metrics::headline(result)->metric, "top1");
    result.metrics = {{"mean_iou", "output", "%", 70, {}, {}, 100}};
    EXPECT_EQ(metrics::headline(result)->metric, "mean_iou");
}

TEST(DescribeTest, TensorsAndDataReadWell) {
    EXPECT_EQ(describe::tensor({"x", "Float", {-1, 3, 224, 224}}), QString::fromUtf8("x: Float ?×3×224×224"));
    protocol::DataInfo data = samples::dataInfo({"fashion-mnist:test", {}});
    EXPECT_EQ(describe::labels(data), "10 class(es)");
    data.labelled = false;
    EXPECT_TRUE(describe::labels(data).contains(QStringLiteral("agreement with FP32")));
    data.labelled = true;
    data.label_shape = {65, 65};
    EXPECT_EQ(describe::labels(data), QString::fromUtf8("masks of 65×65"));
    EXPECT_EQ(describe::scale(1.0 / 255), "1/255");
    EXPECT_EQ(describe::scale(1), "1");
    EXPECT_EQ(describe::preprocessing({}), QString());
    const QString text = describe::preprocessing({256, 224, {0.5}, {0.25}, 3});
    EXPECT_EQ(text, "resize 256 px; crop 224 px; channels 3; mean 0.5; std 0.25");
}

TEST(VariantTableTest, TheHeadlineColumnIsNamedByItsMetric) {
    ViewState state;
    VariantTableModel model(state);
    protocol::Recipe recipe = samples::recipe();
    const protocol::ModelInfo info = samples::modelInfo("detector.onnx");
    const auto row = [&] {
        const QString name = QStringLiteral("a");
        return VariantRows(info)(name, name, samples::share(samples::variant(recipe)));
    };
    state.setVariants({row()}, QStringLiteral("a"));
    EXPECT_EQ(model.headerData(1, Qt::Horizontal).toString(), "Top-1 / %");
    EXPECT_TRUE(model.index(0, 0).data(Qt::ToolTipRole).toString().contains(QStringLiteral("95 % interval")));
    recipe.metric = "sqnr_db";
    state.setVariants({row()}, QStringLiteral("a"));
    EXPECT_EQ(model.headerData(1, Qt::Horizontal).toString(), "SQNR / dB");
    EXPECT_EQ(model.index(0, 2).data().toString(), format::kAbsent) << "there is no drop against FP32";
}

}  // namespace
}  // namespace qs
