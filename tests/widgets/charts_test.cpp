#include <gtest/gtest.h>
#include <qcustomplot.h>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "support/sample_results.h"
#include "support/shared.h"
#include "widgets/charts/error_chart.h"
#include "widgets/charts/latency_chart.h"
#include "widgets/charts/tradeoff_chart.h"
#include "widgets/charts/training_chart.h"
#include "widgets/panels/panel_types.h"
#include "widgets/sample_rows.h"
#include "widgets/variants/variant_panel.h"

namespace qs {
namespace {

protocol::VariantResult variantWith(const QStringList& floatLayers) {
    protocol::Recipe recipe = samples::recipe();
    for (const auto& layer : floatLayers) {
        recipe.rules.push_back({"layer", layer.toStdString(), "fp32"});
    }
    return samples::variant(recipe);
}

std::vector<LayerRow> rowsWith(const QStringList& floatLayers) {
    const protocol::VariantResult variant = variantWith(floatLayers);
    return samples::layerRows(variant.recipe.rules, samples::share(variant));
}

VariantRow variantRow(const QString& id, const QStringList& floatLayers) {
    return VariantRows(samples::modelInfo("resnet.pt"))(id, id, samples::share(variantWith(floatLayers)));
}

void showAt(QWidget& widget, int width, int height) {
    widget.resize(width, height);
    widget.show();
    EXPECT_TRUE(QTest::qWaitForWindowExposed(&widget));
}

/// Sum of the data of all bar series.
int barCount(QCustomPlot& plot) {
    int count = 0;
    for (int i = 0; i < plot.plottableCount(); ++i) {
        if (const auto* bars = qobject_cast<QCPBars*>(plot.plottable(i))) {
            count += bars->dataCount();
        }
    }
    return count;
}

int bandCount(QCustomPlot& plot) {
    int count = 0;
    for (int i = 0; i < plot.itemCount(); ++i) {
        count += qobject_cast<QCPItemRect*>(plot.item(i)) != nullptr;
    }
    return count;
}

QPoint barAt(QCustomPlot& plot, int layer) {
    plot.replot(QCustomPlot::rpImmediateRefresh);
    return {static_cast<int>(plot.xAxis->coordToPixel(layer + 1)), plot.axisRect()->rect().center().y()};
}

QString emptyText(const Chart& chart) {
    const auto* label = chart.findChild<QLabel*>(QStringLiteral("emptyText"));
    return label->isHidden() ? QString() : label->text();
}

class DescribedLatencyChart : public LatencyChart {
  public:
    using LatencyChart::describe;
    using LatencyChart::LatencyChart;
};

TEST(PanelTypesTest, EveryChartCanBeMadeAndSaysWhatItWillShow) {
    ViewState state;
    int charts = 0;
    for (const PanelType& type : panelTypes().all()) {
        const std::unique_ptr<QWidget> panel(type.create(state, nullptr));
        if (const auto* chart = qobject_cast<Chart*>(panel.get())) {
            ++charts;
            EXPECT_FALSE(emptyText(*chart).isEmpty()) << type.id;
        }
    }
    EXPECT_GT(charts, 0);
}

TEST(ErrorChartTest, HasABarForEachMeasuredLayerInTheColourOfItsPrecision) {
    ViewState state;
    ErrorChart chart(state, nullptr);
    showAt(chart, 500, 280);
    state.setLayers(rowsWith({QStringLiteral("fc"), QStringLiteral("conv1")}));
    EXPECT_EQ(emptyText(chart), QString());
    EXPECT_EQ(barCount(chart.plot()), static_cast<int>(state.layers().size()));
    const auto* fp32 = qobject_cast<QCPBars*>(chart.plot().plottable(1));
    // fc, conv1 and flatten, which cannot be quantized.
    EXPECT_EQ(fp32->dataCount(), 3);
    EXPECT_NE(fp32->brush().color(), qobject_cast<QCPBars*>(chart.plot().plottable(0))->brush().color());
}

TEST(ErrorChartTest, TheMeasureCanBeSwitched) {
    ViewState state;
    ErrorChart chart(state, nullptr);
    showAt(chart, 500, 280);
    std::vector<LayerRow> rows = rowsWith({});
    samples::change(rows[0].result, [&](auto& layer) { layer.mse = 0; });
    samples::change(rows[1].result, [&](auto& layer) { layer.mse.reset(); });
    state.setLayers(rows);
    auto* metric = chart.findChild<QComboBox*>(QStringLiteral("errorMetric"));
    EXPECT_EQ(chart.plot().yAxis->label(), "SQNR / dB");
    EXPECT_EQ(chart.plot().yAxis->scaleType(), QCPAxis::stLinear);
    QTest::keyClick(metric, Qt::Key_End);
    EXPECT_EQ(metric->currentText(), "MSE");
    EXPECT_EQ(chart.plot().yAxis->scaleType(), QCPAxis::stLogarithmic);
    EXPECT_EQ(barCount(chart.plot()), static_cast<int>(rows.size()) - 2) << "zero and absent have no bar";
    EXPECT_GT(chart.plot().yAxis->range().lower, 0);
}

TEST(LatencyChartTest, HasTwoBarsForEachLayerAndFollowsTheSelection) {
    ViewState state;
    LatencyChart chart(state, nullptr);
    showAt(chart, 500, 280);
    state.setLayers(rowsWith({}));
    EXPECT_EQ(barCount(chart.plot()), 2 * static_cast<int>(state.layers().size()));
    EXPECT_EQ(bandCount(chart.plot()), 0);
    state.setSelectedLayers({QStringLiteral("conv1"), QStringLiteral("fc")});
    EXPECT_EQ(bandCount(chart.plot()), 2);
    state.setSelectedLayers(
        {state.layers()[2].name(), state.layers()[0].name(), state.layers()[1].name(), QStringLiteral("fc")});
    EXPECT_EQ(bandCount(chart.plot()), 2) << "neighbours have one together";
    state.setSelectedLayers({});
    EXPECT_EQ(bandCount(chart.plot()), 0);
}

TEST(LayerChartTest, AClickOnABarSelectsItsLayerAndCtrlAddsAnother) {
    ViewState state;
    LatencyChart chart(state, nullptr);
    showAt(chart, 600, 300);
    state.setLayers(rowsWith({}));
    const QString third = state.layers()[3].name();
    QTest::mouseClick(&chart.plot(), Qt::LeftButton, Qt::NoModifier, barAt(chart.plot(), 3));
    EXPECT_EQ(state.selectedLayers(), QStringList{third});
    QTest::mouseClick(&chart.plot(), Qt::LeftButton, Qt::ControlModifier, barAt(chart.plot(), 5));
    EXPECT_EQ(state.selectedLayers().size(), 2);
    QTest::mouseClick(&chart.plot(), Qt::LeftButton, Qt::ControlModifier, barAt(chart.plot(), 3));
    EXPECT_EQ(state.selectedLayers(), QStringList{state.layers()[5].name()});
}

TEST(LayerChartTest, ADragDoesNotSelect) {
    ViewState state;
    LatencyChart chart(state, nullptr);
    showAt(chart, 600, 300);
    state.setLayers(rowsWith({}));
    QTest::mousePress(&chart.plot(), Qt::LeftButton, Qt::NoModifier, barAt(chart.plot(), 3));
    QTest::mouseRelease(&chart.plot(), Qt::LeftButton, Qt::NoModifier, barAt(chart.plot(), 8));
    EXPECT_TRUE(state.selectedLayers().isEmpty());
}

TEST(LayerChartTest, ManyLayersAreNumberedAndFewAreNamed) {
    ViewState state;
    LatencyChart chart(state, nullptr);
    showAt(chart, 600, 300);
    std::vector<LayerRow> rows = rowsWith({});
    state.setLayers({rows.begin(), rows.begin() + 5});
    const auto ticks = [&] {
        return qSharedPointerDynamicCast<QCPAxisTickerText>(chart.plot().xAxis->ticker())->ticks();
    };
    EXPECT_EQ(ticks().size(), 5);
    EXPECT_EQ(ticks().value(1.0), "conv1");
    const std::vector<LayerRow> again = rows;
    rows.insert(rows.end(), again.begin(), again.end());
    state.setLayers(rows);
    EXPECT_EQ(ticks().value(1.0), "1");
    EXPECT_LT(ticks().size(), static_cast<qsizetype>(rows.size()));
}

TEST(TradeoffChartTest, HasAPointForEachVariantAndOneForTheBaselineAndAClickPicks) {
    ViewState state;
    TradeoffChart chart(state, nullptr);
    showAt(chart, 600, 400);
    state.setVariants({variantRow(QStringLiteral("a"), {}),
                       variantRow(QStringLiteral("b"), {QStringLiteral("layer4.0.downsample.0")})},
                      QStringLiteral("b"));
    chart.plot().replot(QCustomPlot::rpImmediateRefresh);
    EXPECT_EQ(chart.plot().graph(0)->dataCount(), 1) << "baseline";
    EXPECT_EQ(chart.plot().graph(1)->dataCount(), 2) << "calibrated";
    EXPECT_EQ(chart.plot().graph(2)->dataCount(), 0) << "trained";
    EXPECT_EQ(chart.plot().graph(3)->dataCount(), 1) << "current";
    QStringList labels;
    for (int i = 0; i < chart.plot().itemCount(); ++i) {
        if (const auto* text = qobject_cast<QCPItemText*>(chart.plot().item(i))) {
            labels << text->text();
            const QRectF place(text->topLeft->pixelPosition(), text->bottomRight->pixelPosition());
            EXPECT_TRUE(QRectF(chart.plot().axisRect()->rect()).contains(place))
                << text->text().toStdString();
        }
    }
    labels.sort();
    EXPECT_EQ(labels.join(QLatin1Char(' ')), "FP32 a b");

    QSignalSpy picked(&state, &ViewState::variantPicked);
    QTest::mouseClick(&chart.plot(), Qt::LeftButton, Qt::NoModifier,
                      chart.markerOf(QStringLiteral("a")).toPoint());
    ASSERT_EQ(picked.count(), 1);
    EXPECT_EQ(picked[0][0].toString(), "a");
    QTest::mouseClick(&chart.plot(), Qt::LeftButton, Qt::NoModifier, chart.plot().axisRect()->topRight());
    EXPECT_EQ(picked.count(), 1);
}

TEST(LatencyChartTest, ABusyMachineNamesNoSpeedupOfALayer) {
    protocol::VariantResult variant = variantWith({});
    const auto row = [&] {
        return samples::layerRows(variant.recipe.rules, samples::share(variant)).front();
    };
    const auto described = [&] {
        ViewState state;
        DescribedLatencyChart chart(state, nullptr);
        return chart.describe(row());
    };
    EXPECT_TRUE(described().contains(QChar(0x00D7)));
    variant.machine_busy = true;
    EXPECT_TRUE(described().contains(QStringLiteral("machine busy: no speed-up")));
    EXPECT_FALSE(row().speedup());
}

TEST(TradeoffChartTest, SaysSoWhereThereIsNothingToCompare) {
    ViewState state;
    TradeoffChart chart(state, nullptr);
    VariantRow row = variantRow(QStringLiteral("a"), {});
    samples::change(row.result, [](auto& result) {
        result.variant.latency_ms.reset();
        result.fp32.latency_ms.reset();
    });
    state.setVariants({row}, row.id);
    EXPECT_TRUE(emptyText(chart).contains(QStringLiteral("metric and a latency")));
}

TEST(TradeoffChartTest, HasTheIntervalsOfItsPointsAndTheMetricOfTheCurrentVariant) {
    ViewState state;
    TradeoffChart chart(state, nullptr);
    showAt(chart, 500, 300);
    VariantRow row = variantRow(QStringLiteral("a"), {});
    samples::change(row.result, [](auto& result) { result.variant.metrics.front().low = 80; });
    state.setVariants({row}, row.id);
    const auto* bars = chart.plot().findChild<QCPErrorBars*>();
    ASSERT_NE(bars, nullptr);
    EXPECT_EQ(chart.plot().yAxis->label(), "Top-1 / %");
    EXPECT_TRUE(chart.plot().yAxis->range().contains(80)) << "the whole interval is to be seen";
    VariantRow other = variantRow(QStringLiteral("b"), {});
    samples::change(other.result, [](auto& result) {
        result.variant.metrics = {{"sqnr_db", "output", "dB", 31, {}, {}, 500}};
        result.fp32.metrics.clear();
        result.fp32.top1.reset();
    });
    state.setVariants({row, other}, other.id);
    EXPECT_EQ(chart.plot().yAxis->label(), "SQNR / dB");
    EXPECT_EQ(chart.plot().graph(0)->dataCount(), 0) << "FP32 is not compared with itself";
    EXPECT_EQ(chart.plot().graph(1)->dataCount(), 2) << "both variants were compared with FP32";
}

TEST(TrainingChartTest, LossIsOnTheLeftAxisAndAccuracyOnTheRight) {
    ViewState state;
    TrainingChart chart(state, nullptr);
    showAt(chart, 500, 300);
    std::vector<protocol::CurvePoint> curve;
    for (int i = 0; i < 20; ++i) {
        curve.push_back(samples::curvePoint(i, 20, 2));
        state.setCurve(curve);
    }
    EXPECT_EQ(emptyText(chart), QString());
    EXPECT_EQ(chart.plot().graph(0)->dataCount(), 20);
    EXPECT_EQ(chart.plot().graph(0)->valueAxis(), chart.plot().yAxis);
    EXPECT_EQ(chart.plot().graph(1)->dataCount(), 2);
    EXPECT_EQ(chart.plot().graph(1)->valueAxis(), chart.plot().yAxis2);
}

TEST(ChartTest, FollowsADarkPalette) {
    ViewState state;
    LatencyChart chart(state, nullptr);
    const QColor light = chart.plot().xAxis->tickLabelColor();
    QPalette dark = chart.palette();
    dark.setColor(QPalette::Base, Qt::black);
    dark.setColor(QPalette::Text, Qt::white);
    chart.setPalette(dark);
    EXPECT_NE(light, QColor(Qt::white));
    EXPECT_EQ(chart.plot().xAxis->tickLabelColor(), QColor(Qt::white));
}

TEST(VariantPanelTest, ShowsTheVariantsAndPicksWithTheKeyboard) {
    ViewState state;
    VariantPanel panel(state);
    QAbstractItemModelTester tester(panel.table().model(),
                                    QAbstractItemModelTester::FailureReportingMode::Fatal);
    showAt(panel, 500, 200);
    state.setVariants(
        {variantRow(QStringLiteral("a"), {}), variantRow(QStringLiteral("b"), {QStringLiteral("fc")})},
        QStringLiteral("a"));
    EXPECT_TRUE(panel.table()
                    .model()
                    ->index(1, 0)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("1 layer(s) in FP32")));
    QSignalSpy picked(&state, &ViewState::variantPicked);
    QTest::keyClick(&panel.table(), Qt::Key_Down);
    ASSERT_TRUE(picked.count() == 1 || picked.wait(1000));
    EXPECT_EQ(picked[0][0].toString(), "b");
}

}  // namespace
}  // namespace qs
