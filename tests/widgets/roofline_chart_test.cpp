#include <gtest/gtest.h>
#include <qcustomplot.h>

#include <QTest>
#include <QToolTip>

#include "widgets/charts/roofline_chart.h"
#include "widgets/profile_fixture.h"

namespace qs {
namespace {

using protocol::VariantResult;
using test::show;
using test::showAt;
using test::textOf;
using test::variantWith;

class RooflineChartTest : public testing::Test {
  protected:
    RooflineChartTest() : chart_(state_, nullptr) { showAt(chart_, 620, 360); }

    void measure(const VariantResult& variant) {
        show(state_, variant);
        chart_.plot().replot(QCustomPlot::rpImmediateRefresh);
    }

    int points(const QColor& color) const {
        int count = 0;
        for (int i = 0; i < chart_.plot().graphCount(); ++i) {
            const QCPGraph& graph = *chart_.plot().graph(i);
            if (graph.lineStyle() == QCPGraph::lsNone && graph.scatterStyle().brush().color() == color &&
                graph.scatterStyle().shape() == QCPScatterStyle::ssDisc) {
                count += graph.dataCount();
            }
        }
        return count;
    }

    QStringList labels() const {
        QStringList texts;
        for (int i = 0; i < chart_.plot().itemCount(); ++i) {
            const auto* text = qobject_cast<QCPItemText*>(chart_.plot().item(i));
            if (text && text->visible()) {
                texts << text->text();
            }
        }
        texts.sort();
        return texts;
    }

    ViewState state_;
    RooflineChart chart_;
};

TEST_F(RooflineChartTest, HasAPointForEachLayerWithMacsInTheColourOfItsPrecision) {
    EXPECT_TRUE(textOf(chart_, "emptyText").contains(QStringLiteral("after Calibrate")));
    const VariantResult variant = variantWith({"layer2.0.conv1", "fc"});
    measure(variant);
    EXPECT_EQ(textOf(chart_, "emptyText"), QString());
    const auto withMacs = std::count_if(variant.layers.begin(), variant.layers.end(),
                                        [](const auto& layer) { return layer.macs > 0; });
    const ChartColors colors = ChartColors::of(chart_.palette());
    EXPECT_EQ(points(colors.fp32), 2);
    EXPECT_EQ(points(colors.variant), withMacs - 2);
    EXPECT_TRUE(chart_.pointOf(QStringLiteral("maxpool")).isNull());
    const auto& layer = *state_.findLayer(QStringLiteral("conv1"))->result;
    const QPointF at = chart_.pointOf(QStringLiteral("conv1"));
    EXPECT_NEAR(chart_.plot().xAxis->pixelToCoord(at.x()), double(layer.macs) / double(*layer.bytes), 1e-6);
    EXPECT_NEAR(chart_.plot().yAxis->pixelToCoord(at.y()), *layer.gmacs_per_s, 1e-6);
    EXPECT_EQ(chart_.plot().xAxis->scaleType(), QCPAxis::stLogarithmic);
    EXPECT_EQ(chart_.plot().yAxis->scaleType(), QCPAxis::stLogarithmic);
}

TEST_F(RooflineChartTest, TheRoofIsThePeaksAndTheBandwidthsUpToThem) {
    VariantResult variant = variantWith({});
    measure(variant);
    EXPECT_EQ(labels(), (QStringList{QStringLiteral("FP32 peak 58"), QStringLiteral("INT8 peak 233"),
                                     QStringLiteral("cache 96.0 GB/s"), QStringLiteral("memory 12.5 GB/s")}));
    int ceilings = 0;
    int slopes = 0;
    for (int i = 0; i < chart_.plot().graphCount(); ++i) {
        const auto& data = *chart_.plot().graph(i)->data();
        if (chart_.plot().graph(i)->lineStyle() == QCPGraph::lsNone) {
            continue;
        }
        ASSERT_EQ(data.size(), 2);
        const auto first = *data.constBegin();
        const auto last = *(data.constEnd() - 1);
        if (first.value == last.value) {
            ++ceilings;
            EXPECT_NEAR(first.key, first.value / variant.peaks->cache_gb_per_s, 1e-9)
                << "begins at the cache";
        } else {
            ++slopes;
            EXPECT_NEAR(first.value / first.key, last.value / last.key, 1e-9);
            EXPECT_NEAR(last.value, variant.peaks->int8_gmacs_per_s, 1e-9) << "ends at the highest peak";
        }
    }
    EXPECT_EQ(ceilings, 2);
    EXPECT_EQ(slopes, 2);
    EXPECT_GT(chart_.plot().yAxis->range().upper, variant.peaks->int8_gmacs_per_s);

    variant.peaks.reset();
    measure(variant);
    EXPECT_EQ(labels(), QStringList()) << "without peaks there are points alone";
    EXPECT_EQ(textOf(chart_, "emptyText"), QString());
}

TEST_F(RooflineChartTest, AClickOnAPointSelectsItsLayerAndCtrlAddsAnother) {
    measure(variantWith({}));
    const auto at = [&](const char* layer) { return chart_.pointOf(QLatin1String(layer)).toPoint(); };
    QTest::mouseClick(&chart_.plot(), Qt::LeftButton, Qt::NoModifier, at("conv1"));
    EXPECT_EQ(state_.selectedLayers(), QStringList{QStringLiteral("conv1")});
    QTest::mouseClick(&chart_.plot(), Qt::LeftButton, Qt::ControlModifier, at("fc"));
    EXPECT_EQ(state_.selectedLayers().size(), 2);
    const QCPGraph& marks = *chart_.plot().graph(chart_.plot().graphCount() - 1);
    EXPECT_EQ(marks.dataCount(), 2);
    EXPECT_NE(marks.scatterStyle().pen().color(), ChartColors::of(chart_.palette()).variant);
    QTest::mouseClick(&chart_.plot(), Qt::LeftButton, Qt::NoModifier,
                      chart_.plot().axisRect()->rect().topLeft() + QPoint(4, 4));
    EXPECT_EQ(state_.selectedLayers().size(), 2) << "there is no point";
    state_.setSelectedLayers({});
    EXPECT_EQ(marks.dataCount(), 0);
}

TEST_F(RooflineChartTest, HoveringTellsTheFiguresAndTheBound) {
    measure(variantWith({}));
    QTest::mouseMove(&chart_.plot(), chart_.pointOf(QStringLiteral("fc")).toPoint());
    ASSERT_TRUE(QTest::qWaitFor([] { return !QToolTip::text().isEmpty(); }, 2000));
    const QString tip = QToolTip::text();
    EXPECT_TRUE(tip.startsWith(QStringLiteral("fc\n"))) << tip.toStdString();
    EXPECT_TRUE(tip.contains(QStringLiteral("bound by memory"))) << tip.toStdString();
    EXPECT_TRUE(tip.contains(QStringLiteral("MACs a byte")));
    QToolTip::hideText();
}

}  // namespace
}  // namespace qs
