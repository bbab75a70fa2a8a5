#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QAction>
#include <QApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QTimer>
#include <algorithm>

#include "support/sample_results.h"
#include "support/shared.h"
#include "widgets/common/format.h"
#include "widgets/layers/layer_panel.h"
#include "widgets/sample_rows.h"

namespace qs {
namespace {

using protocol::Rule;

int column(LayerColumnId id) {
    return static_cast<int>(id);
}

std::vector<LayerRow> measuredRows(const std::vector<Rule>& rules = {{"global", "", "onednn"}}) {
    protocol::Recipe recipe;
    recipe.rules = rules;
    const protocol::VariantResult variant = samples::variant(recipe);
    return samples::layerRows(rules, samples::share(variant));
}

std::vector<LayerRow> unmeasuredRows() {
    return samples::layerRows({{"global", "", "onednn"}});
}

QStringList shownNames(const QAbstractItemModel& model) {
    QStringList names;
    for (int row = 0; row < model.rowCount(); ++row) {
        names << model.index(row, column(LayerColumnId::Name)).data().toString();
    }
    return names;
}

TEST(LayerRowsTest, SayWhatTheEngineMakesOfTheRules) {
    const std::vector<Rule> rules = {
        {"global", "", "onednn"}, {"pattern", "layer4.*", "x86"}, {"layer", "layer4.0.conv1", "fp32"}};
    const std::vector<LayerRow> rows = samples::layerRows(rules);
    const auto row = [&](const char* name) {
        return *std::find_if(rows.begin(), rows.end(),
                             [&](const LayerRow& layer) { return layer.name() == QLatin1String(name); });
    };
    ASSERT_TRUE(row("layer4.0.conv1").rule);
    EXPECT_EQ(row("layer4.0.conv1").rule->qconfig, "fp32");
    EXPECT_EQ(row("layer4.0.conv1").rule->inherited, "x86");
    EXPECT_EQ(row("layer4.0.conv1").rule->inheritedRule, 1);
    EXPECT_TRUE(row("layer4.0.conv1").isOverridden());
    EXPECT_TRUE(row("layer4.0.conv1").isFloat());
    EXPECT_EQ(row("layer4.1.conv1").rule->rule, 1);
    EXPECT_EQ(row("layer4.1.conv1").rule->ruleText, "layers matching layer4.*");
    EXPECT_EQ(row("conv1").rule->precision, "int8");
    EXPECT_FALSE(row("conv1").isOverridden());
}

TEST(LayerRowsTest, WithoutAnAnswerNothingIsClaimed) {
    const std::vector<LayerRow> rows = makeLayerRows(samples::share(samples::modelInfo("resnet.pt")),
                                                     {{"global", "", "fp32"}}, nullptr, nullptr);
    LayerTableModel model;
    model.setRows(rows);
    EXPECT_FALSE(rows[0].rule);
    EXPECT_FALSE(rows[0].isFloat());
    EXPECT_EQ(model.index(0, column(LayerColumnId::QConfig)).data().toString(), QStringLiteral("\u2026"));
    EXPECT_TRUE(
        layersAsCsv(rows).contains(QStringLiteral("conv1,conv2d + bn1 + relu,1×16×28×28,176,112896,,")));
}

TEST(LayerTableModelTest, KeepsTheContractOfItemModels) {
    LayerTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    LayerFilterProxy proxy;
    QAbstractItemModelTester proxyTester(&proxy, QAbstractItemModelTester::FailureReportingMode::Fatal);
    proxy.setSourceModel(&model);
    model.setRows(unmeasuredRows());
    model.setRows(measuredRows());
    proxy.setFilterText(QStringLiteral("layer4"));
    model.setRows({});
    EXPECT_EQ(model.rowCount(), 0);
}

TEST(LayerTableModelTest, ShowsWhatWasMeasuredAndADashWhereNothingWas) {
    LayerTableModel model;
    model.setRows(unmeasuredRows());
    EXPECT_EQ(model.index(0, column(LayerColumnId::Sqnr)).data().toString(), format::kAbsent);
    EXPECT_EQ(model.index(0, column(LayerColumnId::Name)).data().toString(), "conv1");
    EXPECT_EQ(model.index(0, column(LayerColumnId::Op)).data().toString(), "conv2d + bn1 + relu");
    EXPECT_EQ(model.index(0, column(LayerColumnId::OutputShape)).data().toString(),
              QStringLiteral("1×16×28×28"));
    EXPECT_EQ(model.index(0, column(LayerColumnId::QConfig)).data().toString(), "inherit (onednn)");

    std::vector<LayerRow> rows = measuredRows();
    samples::change(rows[0].result, [&](auto& layer) { layer.sqnr_db = 31.26; });
    samples::change(rows[0].result, [&](auto& layer) { layer.fp32_ms = 3.0; });
    samples::change(rows[0].result, [&](auto& layer) { layer.variant_ms = 1.5; });
    model.setRows(rows);
    EXPECT_EQ(model.index(0, column(LayerColumnId::Sqnr)).data().toString(), "31.3");
    EXPECT_EQ(model.index(0, column(LayerColumnId::Fp32Ms)).data().toString(), "3.00");
    EXPECT_EQ(model.index(0, column(LayerColumnId::Speedup)).data().toString(), QStringLiteral("2.00×"));
    EXPECT_EQ(model.index(0, column(LayerColumnId::Precision)).data().toString(), "INT8");
    const auto alignment = model.index(0, column(LayerColumnId::Sqnr)).data(Qt::TextAlignmentRole).toInt();
    EXPECT_TRUE(alignment & Qt::AlignRight);
}

TEST(LayerTableModelTest, OverriddenLayersAreBoldAndOnlyQuantizableOnesCanBeEdited) {
    LayerTableModel model;
    model.setRows(measuredRows({{"global", "", "onednn"}, {"layer", "fc", "fp32"}}));
    const int fc = model.rowOf(QStringLiteral("fc"));
    ASSERT_GE(fc, 0);
    const auto font = [&](int row) {
        return model.index(row, column(LayerColumnId::QConfig)).data(Qt::FontRole).value<QFont>();
    };
    EXPECT_TRUE(font(fc).bold());
    EXPECT_FALSE(font(0).bold());
    EXPECT_EQ(model.index(fc, column(LayerColumnId::QConfig)).data().toString(), "fp32");
    EXPECT_TRUE(model.index(fc, column(LayerColumnId::QConfig)).flags() & Qt::ItemIsEditable);
    const int flatten = model.rowOf(QStringLiteral("flatten"));
    EXPECT_FALSE(model.index(flatten, column(LayerColumnId::QConfig)).flags() & Qt::ItemIsEditable);
}

TEST(LayerFilterProxyTest, SortsByValueWithAbsentOnesLastInBothOrders) {
    std::vector<LayerRow> rows = measuredRows();
    rows.resize(4);
    const double decibels[] = {9, 100, 20};
    for (size_t i = 0; i < 3; ++i) {
        samples::change(rows[i].result, [&](auto& layer) { layer.sqnr_db = decibels[i]; });
    }
    samples::change(rows[3].result, [&](auto& layer) { layer.sqnr_db.reset(); });
    LayerTableModel model;
    model.setRows(rows);
    LayerFilterProxy proxy;
    proxy.setSourceModel(&model);
    const auto order = [&] {
        QStringList shown;
        for (int i = 0; i < proxy.rowCount(); ++i) {
            shown << QString::number(proxy.mapToSource(proxy.index(i, 0)).row());
        }
        return shown.join(QLatin1Char(' '));
    };
    proxy.sort(column(LayerColumnId::Sqnr), Qt::AscendingOrder);
    EXPECT_EQ(order(), "0 2 1 3");
    proxy.sort(column(LayerColumnId::Sqnr), Qt::DescendingOrder);
    EXPECT_EQ(order(), "1 2 0 3");
}

TEST(LayerFilterProxyTest, KeepsRowsThatHoldEveryWord) {
    LayerTableModel model;
    model.setRows(measuredRows({{"global", "", "onednn"}, {"layer", "layer4.0.conv1", "fp32"}}));
    LayerFilterProxy proxy;
    proxy.setSourceModel(&model);
    proxy.setFilterText(QStringLiteral("LAYER4 downsample"));
    EXPECT_EQ(shownNames(proxy), QStringList{QStringLiteral("layer4.0.downsample.0")});
    proxy.setFilterText(QStringLiteral("layer4 fp32"));
    EXPECT_EQ(shownNames(proxy), QStringList{QStringLiteral("layer4.0.conv1")});
    proxy.setFilterText({});
    EXPECT_EQ(proxy.rowCount(), model.rowCount());
}

TEST(LayerColumnsTest, CsvHasAHeaderALineForEachLayerAndNothingForAbsentFigures) {
    std::vector<LayerRow> rows = unmeasuredRows();
    const QStringList lines = layersAsCsv(rows).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    ASSERT_EQ(lines.size(), static_cast<qsizetype>(rows.size()) + 1);
    EXPECT_EQ(
        lines[0],
        "name,op,output_shape,parameters,macs,qconfig,precision,output_error_percent,local_sqnr_db,sqnr_db,"
        "cosine,mse,fp32_ms,variant_ms,"
        "speedup,"
        "implementation,peak_percent,bound,restore_ms,gmacs_per_s,bytes,fp32_spread_ms,variant_spread_ms");
    EXPECT_TRUE(
        lines[1].startsWith(QStringLiteral("conv1,conv2d + bn1 + relu,1×16×28×28,176,112896,onednn,,")));
}

TEST(LayerColumnsTest, TheProfileOfALayerGoesToCsvInTheCLocale) {
    std::vector<LayerRow> rows = measuredRows();
    rows.resize(1);
    protocol::LayerResult layer = *rows[0].result;
    layer.implementation = "onednn brgconv";
    layer.peak_percent = 12.5;
    layer.bound = "memory";
    layer.restore_ms = -0.25;
    layer.gmacs_per_s = 29.125;
    layer.bytes = 1234567;
    layer.fp32_spread_ms = 0.5;
    layer.variant_spread_ms.reset();
    rows[0].result = samples::share(layer);
    const QString csv = layersAsCsv(rows);
    EXPECT_TRUE(csv.endsWith(QStringLiteral(",onednn brgconv,12.5,memory,-0.25,29.125,1234567,0.5,\n")))
        << csv.toStdString();
}

TEST(LayerTableModelTest, TheImplementationSaysWhyBetterOnesWereRefused) {
    std::vector<LayerRow> rows = measuredRows();
    samples::change(rows[0].result, [&](auto& layer) { layer.implementation = "onednn jit"; });
    samples::change(rows[0].result, [&](auto& layer) { layer.fp32_implementation = "onednn gemm"; });
    samples::change(rows[0].result, [&](auto& layer) {
        layer.refusals = {"brgconv: a stride of 2", "brgconv_1x1: a 3x3 kernel"};
    });
    samples::change(rows[0].result, [&](auto& layer) { layer.restore_ms = 0.1234; });
    samples::change(rows[0].result, [&](auto& layer) { layer.bound = "compute"; });
    LayerTableModel model;
    model.setRows(rows);
    EXPECT_EQ(model.index(0, column(LayerColumnId::Implementation)).data().toString(), "onednn jit");
    EXPECT_EQ(
        model.index(0, column(LayerColumnId::Implementation)).data(Qt::ToolTipRole).toString(),
        "Ran on onednn jit\nIn the FP32 network: onednn gemm\n"
        "Better ones that were refused, best first:\nbrgconv: a stride of 2\nbrgconv_1x1: a 3x3 kernel");
    EXPECT_EQ(model.index(0, column(LayerColumnId::RestoreMs)).data().toString(), "+0.12 ms");
    EXPECT_EQ(model.index(0, column(LayerColumnId::Bound)).data().toString(), "compute");
    const int flatten = model.rowOf(QStringLiteral("flatten"));
    EXPECT_EQ(model.index(flatten, column(LayerColumnId::RestoreMs)).data().toString(), format::kAbsent);
    EXPECT_EQ(model.index(flatten, column(LayerColumnId::GmacsPerS)).data().toString(), format::kAbsent);
    model.setRows(unmeasuredRows());
    for (int id = column(LayerColumnId::Implementation); id < model.columnCount(); ++id) {
        EXPECT_EQ(model.index(0, id).data().toString(), format::kAbsent) << id;
        EXPECT_FALSE(model.headerData(id, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty()) << id;
    }
}

TEST(RestoreCostTest, IsTheSumOfThoseThatHaveOne) {
    std::vector<LayerRow> rows = measuredRows({{"global", "", "onednn"}, {"layer", "fc", "fp32"}});
    samples::change(rows[0].result, [&](auto& layer) { layer.restore_ms = 0.25; });
    samples::change(rows[1].result, [&](auto& layer) { layer.restore_ms = -0.05; });
    EXPECT_NEAR(*restoreCost(rows, {rows[0].name(), rows[1].name(), QStringLiteral("fc")}), 0.2, 1e-12);
    EXPECT_FALSE(restoreCost(rows, {QStringLiteral("fc")})) << "it is FP32 already";
    EXPECT_FALSE(restoreCost(rows, {}));
}

class LayerPanelTest : public testing::Test {
  protected:
    LayerPanelTest() : panel_(state_) {
        panel_.setPresets({QStringLiteral("fbgemm"), QStringLiteral("onednn")});
        state_.setLayers(measuredRows());
        panel_.resize(1200, 500);
        panel_.show();
        EXPECT_TRUE(QTest::qWaitForWindowExposed(&panel_));
    }

    QPoint centreOf(const QString& layer, LayerColumnId id) {
        const QAbstractItemModel& model = *panel_.table().model();
        for (int row = 0; row < model.rowCount(); ++row) {
            const QModelIndex index = model.index(row, column(id));
            if (model.index(row, 0).data(LayerTableModel::LayerNameRole) == layer) {
                panel_.table().scrollTo(index);
                return panel_.table().visualRect(index).center();
            }
        }
        ADD_FAILURE() << "no row for " << layer.toStdString();
        return {};
    }

    void click(const QString& layer, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::mouseClick(panel_.table().viewport(), Qt::LeftButton, modifiers,
                          centreOf(layer, LayerColumnId::Name));
    }

    void doubleClick(const QString& layer, LayerColumnId id) {
        const QPoint at = centreOf(layer, id);
        // A person's double click is a click and then another that the system calls double.
        QTest::mouseClick(panel_.table().viewport(), Qt::LeftButton, Qt::NoModifier, at);
        QTest::mouseDClick(panel_.table().viewport(), Qt::LeftButton, Qt::NoModifier, at);
    }

    /// Texts of the context menu's entries, once it has opened; closes it.
    QStringList menuTexts(const QString& layer) {
        QStringList texts;
        QTimer::singleShot(0, &panel_, [&] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            ASSERT_NE(menu, nullptr);
            for (const QAction* action : menu->actions()) {
                texts << action->text();
            }
            menu->close();
        });
        emit panel_.table().customContextMenuRequested(centreOf(layer, LayerColumnId::Name));
        return texts;
    }

    ViewState state_;
    LayerPanel panel_;
};

TEST_F(LayerPanelTest, ColumnsAreChosenInTheMenuOfTheHeaderAndKept) {
    const auto hidden = [&](LayerColumnId id) { return panel_.table().isColumnHidden(column(id)); };
    EXPECT_FALSE(hidden(LayerColumnId::Implementation));
    EXPECT_FALSE(hidden(LayerColumnId::RestoreMs));
    EXPECT_TRUE(hidden(LayerColumnId::GmacsPerS));
    EXPECT_EQ(panel_.columnActions().size(), column(LayerColumnId::Count) - 1) << "the name always stays";
    EXPECT_EQ(panel_.table().horizontalHeader()->contextMenuPolicy(), Qt::ActionsContextMenu);
    EXPECT_EQ(panel_.table().horizontalHeader()->actions(), panel_.columnActions());
    panel_.findChild<QAction*>(QStringLiteral("column_gmacs_per_s"))->trigger();
    panel_.findChild<QAction*>(QStringLiteral("column_mse"))->trigger();
    EXPECT_FALSE(hidden(LayerColumnId::GmacsPerS));
    EXPECT_TRUE(hidden(LayerColumnId::Mse));
    EXPECT_EQ(panel_.changedColumns(), (QStringList{QStringLiteral("mse"), QStringLiteral("gmacs_per_s")}));

    LayerPanel another(state_);
    another.setChangedColumns(panel_.changedColumns() + QStringList{QStringLiteral("gone")});
    EXPECT_TRUE(another.table().isColumnHidden(column(LayerColumnId::Mse)));
    EXPECT_EQ(another.changedColumns(), panel_.changedColumns());
    another.setChangedColumns({});
    EXPECT_FALSE(another.table().isColumnHidden(column(LayerColumnId::Mse)));
}

TEST_F(LayerPanelTest, TheMenuSaysWhatRestoringCosts) {
    std::vector<LayerRow> rows = measuredRows();
    samples::change(rows[0].result, [&](auto& layer) { layer.restore_ms = 0.25; });
    samples::change(rows[1].result, [&](auto& layer) { layer.restore_ms = -0.1; });
    state_.setLayers(rows);
    click(rows[0].name());
    EXPECT_EQ(menuTexts(rows[0].name()).first(), "Restore to FP32 and measure: about +0.25 ms");
    click(rows[1].name(), Qt::ControlModifier);
    EXPECT_EQ(menuTexts(rows[0].name()).first(), "Restore to FP32 and measure: about +0.15 ms");
    state_.setLayers(unmeasuredRows());
    EXPECT_EQ(menuTexts(rows[0].name()).first(), "Restore to FP32 and measure");
}

TEST_F(LayerPanelTest, ALayerIsShownPastTheFilterThatHidesIt) {
    panel_.resize(900, 160);
    auto* filter = panel_.findChild<QLineEdit*>(QStringLiteral("layerFilter"));
    filter->setText(QStringLiteral("conv1"));
    panel_.showLayer(QStringLiteral("fc"));
    EXPECT_EQ(filter->text(), QString());
    EXPECT_EQ(state_.selectedLayers(), QStringList{QStringLiteral("fc")});
    const QModelIndex fc = panel_.table().currentIndex();
    EXPECT_EQ(fc.data(LayerTableModel::LayerNameRole).toString(), "fc");
    EXPECT_TRUE(panel_.table().viewport()->rect().intersects(panel_.table().visualRect(fc)));
    filter->setText(QStringLiteral("layer1"));
    panel_.showLayer(QStringLiteral("layer1.0.conv1"));
    EXPECT_EQ(filter->text(), "layer1") << "it hides nothing that was asked for";
    panel_.showLayer(QStringLiteral("no such layer"));
    EXPECT_EQ(state_.selectedLayers(), QStringList{QStringLiteral("layer1.0.conv1")});
}

TEST_F(LayerPanelTest, SelectionGoesToTheStateAndComesFromIt) {
    click(QStringLiteral("conv1"));
    EXPECT_EQ(state_.selectedLayers(), QStringList{QStringLiteral("conv1")});
    click(QStringLiteral("layer1.0.conv1"), Qt::ControlModifier);
    EXPECT_EQ(state_.selectedLayers().size(), 2);

    state_.setSelectedLayers({QStringLiteral("fc")});
    const QModelIndexList selected = panel_.table().selectionModel()->selectedRows();
    ASSERT_EQ(selected.size(), 1);
    EXPECT_EQ(selected.first().data().toString(), "fc");
}

TEST_F(LayerPanelTest, SelectionSurvivesNewResults) {
    state_.setSelectedLayers({QStringLiteral("fc")});
    state_.setLayers(measuredRows({{"global", "", "x86"}}));
    EXPECT_EQ(state_.selectedLayers(), QStringList{QStringLiteral("fc")});
    EXPECT_EQ(panel_.table().selectionModel()->selectedRows().size(), 1);
}

TEST_F(LayerPanelTest, ADoubleClickAndTheKeyboardAskForTheEditorOfAllSelectedLayers) {
    QSignalSpy requested(&panel_, &LayerPanel::editRequested);
    click(QStringLiteral("conv1"));
    click(QStringLiteral("layer1.0.conv1"), Qt::ShiftModifier);
    doubleClick(QStringLiteral("maxpool"), LayerColumnId::QConfig);
    ASSERT_EQ(requested.count(), 1);
    const QStringList three{QStringLiteral("conv1"), QStringLiteral("maxpool"),
                            QStringLiteral("layer1.0.conv1")};
    EXPECT_EQ(requested[0][0].toStringList(), three);
    for (const Qt::Key key : {Qt::Key_F2, Qt::Key_Return, Qt::Key_Enter}) {
        requested.clear();
        QTest::keyClick(&panel_.table(), key);
        ASSERT_EQ(requested.count(), 1) << key;
        EXPECT_EQ(requested[0][0].toStringList(), three) << key;
    }
    requested.clear();
    doubleClick(QStringLiteral("fc"), LayerColumnId::Op);
    EXPECT_EQ(requested.count(), 0) << "the cell of the qconfig is the one that is edited";
    doubleClick(QStringLiteral("fc"), LayerColumnId::QConfig);
    ASSERT_EQ(requested.count(), 1);
    EXPECT_EQ(requested[0][0].toStringList(), QStringList{QStringLiteral("fc")});
}

TEST_F(LayerPanelTest, WhatCannotBeQuantizedOrMayNotBeEditedOpensNoEditor) {
    QSignalSpy requested(&panel_, &LayerPanel::editRequested);
    doubleClick(QStringLiteral("flatten"), LayerColumnId::QConfig);
    QTest::keyClick(&panel_.table(), Qt::Key_F2);
    panel_.setEditable(false);
    doubleClick(QStringLiteral("fc"), LayerColumnId::QConfig);
    EXPECT_EQ(requested.count(), 0);
}

TEST_F(LayerPanelTest, TypingInTheFilterHidesRowsAndSaysHowMany) {
    auto* filter = panel_.findChild<QLineEdit*>(QStringLiteral("layerFilter"));
    QTest::keyClicks(filter, QStringLiteral("downsample"));
    EXPECT_EQ(panel_.table().model()->rowCount(), 3);
    const auto* summary = panel_.findChild<QLabel*>(QStringLiteral("layerSummary"));
    EXPECT_TRUE(summary->text().startsWith(QStringLiteral("3 of"))) << summary->text().toStdString();
}

TEST_F(LayerPanelTest, CsvOfSeveralSelectedLayersHoldsOnlyThem) {
    state_.setSelectedLayers({QStringLiteral("conv1"), QStringLiteral("fc")});
    EXPECT_EQ(panel_.asCsv().count(QLatin1Char('\n')), 3);
    state_.setSelectedLayers({QStringLiteral("conv1")});
    EXPECT_EQ(panel_.asCsv().count(QLatin1Char('\n')), static_cast<qsizetype>(state_.layers().size()) + 1);
}

}  // namespace
}  // namespace qs
