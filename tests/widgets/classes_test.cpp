#include <gtest/gtest.h>
#include <qcustomplot.h>

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QToolTip>

#include "support/sample_results.h"
#include "support/shared.h"
#include "widgets/charts/confusion_chart.h"
#include "widgets/classes/class_panel.h"

namespace qs {
namespace {

VariantRow measuredRow(const protocol::Recipe& recipe = samples::recipe()) {
    const QString name = QStringLiteral("a");
    return VariantRows(samples::modelInfo("resnet.pt"))(name, name, samples::share(samples::variant(recipe)));
}

void showAt(QWidget& widget, int width, int height) {
    widget.resize(width, height);
    widget.show();
    EXPECT_TRUE(QTest::qWaitForWindowExposed(&widget));
}

QString cell(const QTableView& table, int row, int column) {
    return table.model()->index(row, column).data().toString();
}

void clickHeader(const QTableView& table, int column) {
    auto* header = table.horizontalHeader();
    const QPoint at(header->sectionViewportPosition(column) + header->sectionSize(column) / 2,
                    header->height() / 2);
    QTest::mouseClick(header->viewport(), Qt::LeftButton, Qt::NoModifier, at);
}

TEST(ClassPanelTest, ListsTheClassesAndSortsWhereOneClicks) {
    ViewState state;
    ClassPanel panel(state);
    showAt(panel, 640, 300);
    auto* table = panel.findChild<QTableView*>(QStringLiteral("classTable"));
    QAbstractItemModelTester tester(table->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
    EXPECT_FALSE(table->isVisible());
    state.setVariants({measuredRow()}, QStringLiteral("a"));
    ASSERT_TRUE(table->isVisible());
    ASSERT_EQ(table->model()->rowCount(), 10);
    EXPECT_EQ(cell(*table, 0, ClassTableModel::NameColumn), "T-shirt");
    EXPECT_EQ(cell(*table, 0, ClassTableModel::SamplesColumn), "1,000");

    clickHeader(*table, ClassTableModel::Int8Column);
    const double first = cell(*table, 0, ClassTableModel::Int8Column).toDouble();
    const double last = cell(*table, 9, ClassTableModel::Int8Column).toDouble();
    EXPECT_LT(std::min(first, last), 90);
    EXPECT_NE(first, last);
    for (int row = 1; row < 10; ++row) {
        const double above = cell(*table, row - 1, ClassTableModel::Int8Column).toDouble();
        const double here = cell(*table, row, ClassTableModel::Int8Column).toDouble();
        EXPECT_TRUE(first < last ? above <= here : above >= here) << row;
    }
    clickHeader(*table, ClassTableModel::Int8Column);
    EXPECT_EQ(cell(*table, 0, ClassTableModel::Int8Column).toDouble(), last) << "the other way round";
}

TEST(ClassPanelTest, ListsTheWorstConfusionsFirst) {
    ViewState state;
    ClassPanel panel(state);
    VariantRow row = measuredRow();
    samples::change(row.result, [](auto& result) { result.variant.classes->confusions_left_out = 1234; });
    state.setVariants({row}, row.id);
    showAt(panel, 640, 300);
    auto* table = panel.findChild<QTableView*>(QStringLiteral("confusionTable"));
    QAbstractItemModelTester tester(table->model(), QAbstractItemModelTester::FailureReportingMode::Fatal);
    panel.findChild<QTabWidget*>()->setCurrentIndex(1);
    EXPECT_EQ(cell(*table, 0, ConfusionTableModel::LabelColumn), "Shirt");
    EXPECT_EQ(cell(*table, 0, ConfusionTableModel::DecisionColumn), "T-shirt");
    EXPECT_EQ(cell(*table, 0, ConfusionTableModel::CountColumn), "84");
    EXPECT_EQ(cell(*table, 0, ConfusionTableModel::Fp32Column), "84");
    EXPECT_TRUE(panel.findChild<QLabel*>(QStringLiteral("confusionsLeftOut"))
                    ->text()
                    .contains(QStringLiteral("1,234")));
}

TEST(ClassPanelTest, SaysWhyThereIsNothing) {
    ViewState state;
    ClassPanel panel(state);
    const auto* empty = panel.findChild<QLabel*>(QStringLiteral("classesEmpty"));
    EXPECT_TRUE(empty->text().contains(QStringLiteral("once a variant")));
    protocol::Recipe recipe = samples::recipe();
    recipe.metric = "sqnr_db";
    state.setVariants({measuredRow(recipe)}, QStringLiteral("a"));
    EXPECT_TRUE(empty->text().contains(QStringLiteral("labelled data")));
}

TEST(ConfusionChartTest, CountsEveryCellAndTellsItUnderTheMouse) {
    ViewState state;
    ConfusionChart chart(state, nullptr);
    showAt(chart, 520, 420);
    state.setVariants({measuredRow()}, QStringLiteral("a"));
    chart.plot().replot(QCustomPlot::rpImmediateRefresh);
    EXPECT_EQ(chart.count(6, 0), 84);
    EXPECT_EQ(chart.count(6, 6), 1000 - 84);
    EXPECT_EQ(chart.count(0, 1), 0);
    EXPECT_FALSE(chart.count(10, 0).has_value());
    QTest::mouseMove(&chart.plot(), chart.cellAt(6, 0).toPoint());
    EXPECT_TRUE(QTest::qWaitFor([] { return !QToolTip::text().isEmpty(); }, 5000));
    EXPECT_EQ(QToolTip::text(), "label Shirt\ndecision T-shirt\n84 of 1,000 samples");
}

TEST(ConfusionChartTest, SwitchesToFp32AndSaysWhatIsTooLarge) {
    ViewState state;
    ConfusionChart chart(state, nullptr);
    VariantRow row = measuredRow();
    samples::change(row.result, [](auto& result) { result.fp32.classes->confusions = {{3, 4, 7}}; });
    state.setVariants({row}, row.id);
    showAt(chart, 520, 420);
    auto* precision = chart.findChild<QComboBox*>(QStringLiteral("confusionPrecision"));
    precision->setFocus();
    QTest::keyClick(precision, Qt::Key_Down);
    EXPECT_EQ(chart.count(3, 4), 7);
    EXPECT_EQ(chart.count(6, 0), 0);

    samples::change(row.result, [](auto& result) {
        result.variant.classes->classes.resize(1000);
        result.fp32.classes->classes.resize(1000);
    });
    state.setVariants({row}, row.id);
    EXPECT_FALSE(chart.count(3, 4).has_value());
    const auto* empty = chart.findChild<QLabel*>(QStringLiteral("emptyText"));
    EXPECT_TRUE(empty->isVisible());
    EXPECT_TRUE(empty->text().contains(QStringLiteral("too many")));
}

}  // namespace
}  // namespace qs
