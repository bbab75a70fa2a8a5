#include <gtest/gtest.h>
#include <qcustomplot.h>

#include <QAbstractItemModelTester>
#include <QCoreApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QStyledItemDelegate>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QToolTip>
#include <QTranslator>

#include "widgets/findings/findings_panel.h"
#include "widgets/inspector/fact_grid.h"
#include "widgets/models/finding_table_model.h"
#include "widgets/models/profile_table_model.h"
#include "widgets/profile/profile_panel.h"
#include "widgets/profile_fixture.h"

namespace qs {
namespace {

using protocol::VariantResult;

using test::show;
using test::showAt;
using test::textOf;
using test::variantWith;

QString factsOf(const QWidget& panel, const char* name) {
    return panel.findChild<FactGrid*>(QLatin1String(name))->text();
}

int rowOf(const QAbstractItemModel& model, int column, const QString& text) {
    for (int row = 0; row < model.rowCount(); ++row) {
        if (model.index(row, column).data().toString() == text) {
            return row;
        }
    }
    return -1;
}

int findingOf(const QAbstractItemModel& model, const QString& layer) {
    for (int row = 0; row < model.rowCount(); ++row) {
        if (model.index(row, 0).data(FindingTableModel::LayerRole).toString() == layer) {
            return row;
        }
    }
    return -1;
}

void click(QTableView& table, int row, int column) {
    const QModelIndex index = table.model()->index(row, column);
    table.scrollTo(index);
    QTest::mouseClick(table.viewport(), Qt::LeftButton, Qt::NoModifier, table.visualRect(index).center());
}

void doubleClick(QTableView& table, int row, int column) {
    click(table, row, column);
    QTest::mouseDClick(table.viewport(), Qt::LeftButton, Qt::NoModifier,
                       table.visualRect(table.model()->index(row, column)).center());
}

// ---- rows

TEST(ProfileRowsTest, BoundariesStandBesideTheirLayersAndNothingIsLost) {
    const VariantResult variant = variantWith({"layer2.0.conv1"});
    const auto layers = samples::layerRows(variant.recipe.rules, samples::share(variant));
    const auto rows = makeProfileRows(layers, makeVariantProfile(variant));
    QStringList steps;
    double sum = 0;
    for (const auto& row : rows) {
        steps << row.step;
        sum += row.ms;
    }
    EXPECT_EQ(steps.first(), "quantize input");
    EXPECT_EQ(steps.last(), "inputs and outputs");
    const auto at = [&](const char* step) { return steps.indexOf(QLatin1String(step)); };
    EXPECT_EQ(at("reorder layer4.1.conv2") + 1, at("layer4.1.conv2")) << "before the layer that reads it";
    EXPECT_EQ(at("layer1.1.conv2") + 1, at("dequantize layer1.1.conv2"));
    EXPECT_EQ(at("dequantize layer1.1.conv2") + 1, at("layer2.0.conv1"));
    EXPECT_EQ(at("layer2.0.conv1") + 1, at("quantize layer2.0.conv1"));
    EXPECT_EQ(rows.size(), variant.layers.size() + variant.boundaries.size() + 1);
    EXPECT_NEAR(sum, sumOfSteps(*variant.profile), 1e-9);
}

TEST(ProfileRowsTest, ABoundaryOfAnUnknownLayerIsKeptAtTheFront) {
    VariantProfile profile;
    profile.boundaries = {{"reorder nowhere", "reorder", 0.5, 10}, {"odd", "quantize", 0.25, 0}};
    const auto rows = makeProfileRows({}, profile);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].layer, QString());
    EXPECT_FALSE(rows[1].bytes);
}

TEST(ProfileRowsTest, TheIntensityIsThatOfTheRunWhateverItsBatch) {
    protocol::LayerResult layer;
    layer.macs = 1000;  // of one sample; the run has eight
    layer.variant_ms = 0.002;
    layer.gmacs_per_s = 4;
    layer.bytes = 500;
    EXPECT_NEAR(*operationalIntensity(layer), 8000.0 / 500, 1e-9);
    layer.bytes.reset();
    EXPECT_FALSE(operationalIntensity(layer));
    layer.bytes = 500;
    layer.gmacs_per_s = 0;
    EXPECT_FALSE(operationalIntensity(layer)) << "a pooling has no place on a logarithmic axis";
}

TEST(ProfileRowsTest, TheGapIsAPercentageOfTheMedian) {
    protocol::ProfileSummary summary;
    EXPECT_FALSE(gapPercent(summary));
    summary.layers_ms = 8;
    summary.boundaries_ms = 1;
    summary.other_ms = 0.7;
    summary.total_ms = 10;
    EXPECT_NEAR(*gapPercent(summary), -3, 1e-9);
}

TEST(ProfileTableModelTest, KeepsTheContractOfItemModelsAndShowsShares) {
    ProfileTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setRows(
        {{QStringLiteral("conv1"), QStringLiteral("conv2d"), QStringLiteral("conv1"), 1.5, 0.25, 2048},
         {QStringLiteral("copy"), {}, {}, 0.5, {}, {}}},
        4);
    const auto cell = [&](int row, int column) { return model.index(row, column).data().toString(); };
    EXPECT_EQ(cell(0, ProfileTableModel::TimeColumn), "1.50");
    EXPECT_EQ(cell(0, ProfileTableModel::SpreadColumn), "0.250");
    EXPECT_EQ(cell(0, ProfileTableModel::ShareColumn), "37.5");
    EXPECT_EQ(cell(0, ProfileTableModel::BytesColumn), "2.0 kB");
    EXPECT_EQ(cell(1, ProfileTableModel::SpreadColumn), QStringLiteral("\u2013"));
    EXPECT_EQ(cell(1, ProfileTableModel::BytesColumn), QStringLiteral("\u2013"));
    for (int column = 0; column < model.columnCount(); ++column) {
        EXPECT_FALSE(model.headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty());
    }
    model.setRows({}, 0);
    EXPECT_EQ(model.rowCount(), 0);
}

// ---- panel

TEST(ProfilePanelTest, IsFilledWhenItIsToBeSeen) {
    ViewState state;
    ProfilePanel panel(state);
    show(state, variantWith({}));
    EXPECT_EQ(panel.table().model()->rowCount(), 0);
    showAt(panel, 700, 400);
    EXPECT_GT(panel.table().model()->rowCount(), 20);
}

TEST(ProfilePanelTest, SaysWhatIsMissing) {
    ViewState state;
    ProfilePanel panel(state);
    showAt(panel, 700, 400);
    EXPECT_TRUE(textOf(panel, "profileEmpty").contains(QStringLiteral("after Calibrate")));
    VariantResult old = variantWith({});
    old.profile.reset();
    show(state, old);
    EXPECT_TRUE(textOf(panel, "profileEmpty").contains(QStringLiteral("without a profile")));
    EXPECT_TRUE(panel.findChild<QTabWidget*>()->isHidden());
}

TEST(ProfilePanelTest, ComparesTheSumWithWholeRunsAndTellsWhereTheRestGoes) {
    ViewState state;
    ProfilePanel panel(state);
    showAt(panel, 700, 400);
    VariantResult variant = variantWith({});
    variant.profile->layers_ms = 9;
    variant.profile->boundaries_ms = 1;
    variant.profile->other_ms = 0.2;
    variant.profile->total_ms = 10;
    variant.profile->overhead_ms = 0.5;
    variant.profile->reorders = 7;
    show(state, variant);
    EXPECT_EQ(textOf(panel, "profileSum"),
              "The steps add up to 10.20 ms, the median of whole runs is 10.00 ms: +2.0\u00a0%.");
    const QString time = factsOf(panel, "profileTime");
    EXPECT_TRUE(time.contains(QStringLiteral("Boundaries\t1.00 ms\t10.0 %"))) << time.toStdString();
    EXPECT_TRUE(time.contains(QStringLiteral("Sum against the median\t+0.20 ms\t+2.0\u00a0%")))
        << time.toStdString();
    EXPECT_TRUE(time.contains(QStringLiteral("overhead, taken out\t0.500 ms"))) << time.toStdString();
    const QString resources = factsOf(panel, "profileResources");
    EXPECT_TRUE(resources.contains(QStringLiteral("7 reorder"))) << resources.toStdString();
    EXPECT_TRUE(resources.contains(QString::fromUtf8("27.6 kB (1.13×)"))) << resources.toStdString();
    EXPECT_TRUE(resources.contains(QStringLiteral("Energy\tnot measurable on this machine")));
    EXPECT_TRUE(factsOf(panel, "profileMachine").contains(QStringLiteral("INT8\t233.0 GMAC/s")));

    variant.profile->energy_mj = 12.34;
    variant.peaks.reset();
    show(state, variant);
    EXPECT_TRUE(factsOf(panel, "profileResources").contains(QStringLiteral("12.3 mJ an inference")));
    EXPECT_EQ(factsOf(panel, "profileMachine"), QString());
}

TEST(ProfilePanelTest, AStepSelectsItsLayerAndTheSelectionMarksTheStep) {
    ViewState state;
    ProfilePanel panel(state);
    showAt(panel, 700, 400);
    show(state, variantWith({"layer2.0.conv1"}));
    QTableView& table = panel.table();
    const auto step = [&](const char* name) {
        return rowOf(*table.model(), ProfileTableModel::StepColumn, QLatin1String(name));
    };
    click(table, step("dequantize layer1.1.conv2"), ProfileTableModel::TimeColumn);
    EXPECT_EQ(state.selectedLayers(), QStringList{QStringLiteral("layer1.1.conv2")});
    EXPECT_EQ(table.currentIndex().row(), step("dequantize layer1.1.conv2"))
        << "the click stays where it was";
    QTest::keyClick(&table, Qt::Key_Down);
    EXPECT_EQ(state.selectedLayers(), QStringList{QStringLiteral("layer2.0.conv1")});
    state.setSelectedLayers({QStringLiteral("fc")});
    EXPECT_EQ(table.currentIndex().row(), step("fc"));
    state.setSelectedLayers({});
    EXPECT_FALSE(table.selectionModel()->hasSelection());

    QSignalSpy requested(&state, &ViewState::layerRequested);
    doubleClick(table, step("conv1"), ProfileTableModel::StepColumn);
    ASSERT_EQ(requested.count(), 1);
    EXPECT_EQ(requested[0][0].toString(), "conv1");
    doubleClick(table, step("inputs and outputs"), ProfileTableModel::StepColumn);
    EXPECT_EQ(requested.count(), 1);
}

TEST(ProfilePanelTest, SortsByTimeWhereOneClicks) {
    ViewState state;
    ProfilePanel panel(state);
    showAt(panel, 700, 400);
    show(state, variantWith({}));
    QHeaderView& header = *panel.table().horizontalHeader();
    const QPoint at(header.sectionViewportPosition(ProfileTableModel::TimeColumn) + 10, header.height() / 2);
    QTest::mouseClick(header.viewport(), Qt::LeftButton, Qt::NoModifier, at);
    QTest::mouseClick(header.viewport(), Qt::LeftButton, Qt::NoModifier, at);
    const QAbstractItemModel& model = *panel.table().model();
    for (int row = 1; row < model.rowCount(); ++row) {
        const auto ms = [&](int of) {
            return model.index(of, ProfileTableModel::TimeColumn)
                .data(ProfileTableModel::SortRole)
                .toDouble();
        };
        ASSERT_GE(ms(row - 1), ms(row));
    }
}

// ---- findings

TEST(LinterTextTest, FillsInArgumentsOnce) {
    EXPECT_EQ(linterText("%1 of %2", {"a", "b"}), "a of b");
    EXPECT_EQ(linterText("%2 before %1, %1 again", {"%2", "x"}), "x before %2, %2 again");
    EXPECT_EQ(linterText("%1 and %3 at 50 %", {"a"}), "a and %3 at 50 %");
    EXPECT_EQ(linterText("", {"a"}), "");
}

class OneSentence : public QTranslator {
  public:
    QString translate(const char* context, const char* source, const char*, int) const override {
        return qstrcmp(context, "Linter") == 0 && qstrcmp(source, "%1 is %2 wide") == 0
                   ? QString::fromUtf8("%2：%1 的宽度")
                   : QString();
    }
    bool isEmpty() const override { return false; }
};

TEST(LinterTextTest, IsTranslatedBeforeTheArgumentsAreFilledIn) {
    OneSentence translator;
    QCoreApplication::installTranslator(&translator);
    EXPECT_EQ(linterText("%1 is %2 wide", {"conv1", "3"}), QString::fromUtf8("3：conv1 的宽度"));
    QCoreApplication::removeTranslator(&translator);
}

TEST(FindingTableModelTest, ShowsFindingsInTheEnginesOrder) {
    FindingTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setFindings({{"c", "large", "%1 m", "%1 r", {"x"}, 2},
                       {"d", "named", "%1 m", "", {"named"}, 1},
                       {"b", "small", "m", "r", {}, 0.125},
                       {"a", "", "whole", "", {}, {}}});
    const auto cell = [&](int row, int column) { return model.index(row, column).data().toString(); };
    EXPECT_EQ(cell(0, FindingTableModel::SavingColumn), "2.00 ms");
    EXPECT_EQ(cell(0, FindingTableModel::TextColumn), QString::fromUtf8("large\nx m\n→ x r"));
    EXPECT_EQ(cell(1, FindingTableModel::TextColumn), "named m") << "not named twice";
    EXPECT_EQ(model.index(2, 0).data(FindingTableModel::LayerRole).toString(), "small");
    EXPECT_EQ(cell(3, FindingTableModel::TextColumn), "whole model\nwhole");
    EXPECT_EQ(cell(3, FindingTableModel::SavingColumn), QStringLiteral("\u2013"));
}

TEST(FindingsPanelTest, AFindingSelectsItsLayerAndTheButtonAsksToShowIt) {
    ViewState state;
    FindingsPanel panel(state);
    EXPECT_TRUE(textOf(panel, "findingsEmpty").contains(QStringLiteral("after Calibrate")));
    showAt(panel, 600, 400);
    show(state, variantWith({}));
    EXPECT_EQ(textOf(panel, "findingsEmpty"), QString());
    QTableView& table = panel.table();
    auto* button = panel.findChild<QPushButton*>(QStringLiteral("findingShowLayer"));
    EXPECT_FALSE(button->isEnabled());
    QSignalSpy requested(&state, &ViewState::layerRequested);
    const QString layer = QStringLiteral("layer4.0.downsample.0");
    const int row = findingOf(*table.model(), layer);
    ASSERT_GE(row, 0);
    click(table, row, FindingTableModel::TextColumn);
    EXPECT_EQ(state.selectedLayers(), QStringList{layer});
    EXPECT_EQ(requested.count(), 0);
    QTest::mouseClick(button, Qt::LeftButton);
    ASSERT_EQ(requested.count(), 1);
    EXPECT_EQ(requested[0][0].toString(), layer);
    state.setSelectedLayers({});
    doubleClick(table, row, FindingTableModel::TextColumn);
    EXPECT_EQ(requested.count(), 2);
    EXPECT_EQ(state.selectedLayers(), QStringList{layer}) << "clicked again";

    const int whole = findingOf(*table.model(), QString());
    click(table, whole, FindingTableModel::TextColumn);
    EXPECT_FALSE(button->isEnabled());
    EXPECT_EQ(state.selectedLayers(), QStringList{layer}) << "nothing else is selected";
}

TEST(FindingsPanelTest, RowsAreAsHighAsTheirWrappedTexts) {
    ViewState state;
    FindingsPanel panel(state);
    showAt(panel, 900, 300);
    show(state, variantWith({}));
    const auto height = [&] { return panel.table().rowHeight(0); };
    QTest::qWait(1);
    const int wide = height();
    panel.resize(330, 300);
    QTest::qWait(1);
    EXPECT_GT(height(), wide);
    const QModelIndex text = panel.table().model()->index(0, FindingTableModel::TextColumn);
    const QRect room(0, 0, panel.table().columnWidth(FindingTableModel::TextColumn), 10'000);
    EXPECT_GE(
        height(),
        panel.table().fontMetrics().boundingRect(room, Qt::TextWordWrap, text.data().toString()).height());
}

TEST(FindingsPanelTest, TextsHaveLinesAndNamesFromFilesMakeNone) {
    ViewState state;
    FindingsPanel panel(state);
    VariantProfile profile;
    profile.findings = {{"a", "bad\nname", "%1 is slow", "restore %1", {"bad\nname"}, {}}};
    state.setProfile(profile);
    showAt(panel, 500, 300);
    const QModelIndex cell = panel.table().model()->index(0, FindingTableModel::TextColumn);
    const auto* delegate = qobject_cast<QStyledItemDelegate*>(panel.table().itemDelegateForIndex(cell));
    ASSERT_NE(delegate, nullptr);
    QString shown = delegate->displayText(cell.data(), QLocale());
    shown.replace(QChar(QChar::LineSeparator), QLatin1Char('\n'));
    EXPECT_EQ(shown, QString::fromUtf8("bad\\nname is slow\n→ restore bad\\nname"));
}

TEST(FindingsPanelTest, NoFindingsAreSaidToBeNone) {
    ViewState state;
    FindingsPanel panel(state);
    showAt(panel, 600, 400);
    VariantResult variant = variantWith({});
    variant.findings.clear();
    show(state, variant);
    EXPECT_TRUE(textOf(panel, "findingsEmpty").contains(QStringLiteral("Nothing was found")));
    variant.profile.reset();
    show(state, variant);
    EXPECT_TRUE(textOf(panel, "findingsEmpty").contains(QStringLiteral("without a profile")));
}

}  // namespace
}  // namespace qs
