#include "widgets/rules/rule_panel.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "widgets/models/rule_table_model.h"
#include "widgets/sample_rows.h"

namespace qs {
namespace {

using protocol::Rule;
using Rules = std::vector<Rule>;

const Rules kRules = {{"global", "", "onednn"},
                      {"op", "linear", "qnnpack"},
                      {"pattern", "layer4.*", "x86"},
                      {"pattern", "layer9.*", "x86"}};

TEST(RuleTableModelTest, KeepsTheContractOfItemModelsAndShowsWhatIsKnown) {
    RuleTableModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    model.setRows({{kRules[0], 12, {}}, {kRules[3], 0, QStringLiteral("nothing fits")}});
    const auto text = [&](int row, int column) { return model.index(row, column).data().toString(); };
    EXPECT_EQ(text(0, RuleTableModel::KindColumn), "Whole model");
    EXPECT_EQ(text(0, RuleTableModel::LayersColumn), "12");
    EXPECT_EQ(text(1, RuleTableModel::KeyColumn), "layer9.*");
    EXPECT_EQ(text(1, RuleTableModel::ProblemColumn), "nothing fits");
    const auto colour =
        model.index(1, RuleTableModel::ProblemColumn).data(Qt::ForegroundRole).value<QColor>();
    EXPECT_GT(colour.red(), 2 * colour.green()) << "a problem is red";
    model.setRows({{kRules[0], -1, {}}, {kRules[3], -1, {}}});
    EXPECT_NE(text(0, RuleTableModel::LayersColumn), "-1") << "not known is no number";
    EXPECT_EQ(model.headerData(1, Qt::Vertical).toInt(), 2);
    model.setRows({});
    EXPECT_EQ(model.rowCount(), 0);
}

class RulePanelTest : public testing::Test {
  protected:
    RulePanelTest() : panel_(state_) {
        show(kRules);
        panel_.resize(700, 300);
        panel_.show();
        EXPECT_TRUE(QTest::qWaitForWindowExposed(&panel_));
        // As the window does it.
        QObject::connect(&state_, &ViewState::rulesEditRequested,
                         [this](const QString&, const Rules& rules) { show(rules); });
    }

    void show(const Rules& rules) {
        rules_ = rules;
        state_.setLayers(samples::layerRows(rules));
        state_.setRules(
            {rules, samples::share(samples::preview(samples::modelInfo("resnet.pt"), rules)), {}, {}});
    }

    QTableView& table() { return *panel_.findChild<QTableView*>(QStringLiteral("ruleTable")); }
    QPushButton& button(const char* name) { return *panel_.findChild<QPushButton*>(QLatin1String(name)); }
    void click(int row) {
        const QRect cell = table().visualRect(table().model()->index(row, RuleTableModel::KeyColumn));
        QTest::mouseClick(table().viewport(), Qt::LeftButton, Qt::NoModifier, cell.center());
    }
    QString cell(int row, int column) { return table().model()->index(row, column).data().toString(); }

    ViewState state_;
    RulePanel panel_;
    Rules rules_;
};

TEST_F(RulePanelTest, CountsTheLayersOfEachRuleAndShowsItsProblem) {
    const auto total = static_cast<int>(state_.layers().size());
    const int ofOp = cell(1, RuleTableModel::LayersColumn).toInt();
    const int ofPattern = cell(2, RuleTableModel::LayersColumn).toInt();
    EXPECT_EQ(ofOp, 1);
    EXPECT_EQ(ofPattern, 5);
    EXPECT_EQ(cell(0, RuleTableModel::LayersColumn).toInt(), total - ofOp - ofPattern);
    EXPECT_EQ(cell(3, RuleTableModel::LayersColumn), "0");
    EXPECT_EQ(cell(3, RuleTableModel::ProblemColumn), "nothing fits 'layer9.*'");
    EXPECT_FALSE(table().isColumnHidden(RuleTableModel::ProblemColumn));
    const auto* note = panel_.findChild<QLabel*>(QStringLiteral("ruleNote"));
    EXPECT_EQ(note->text(), "nothing fits 'layer9.*'");
    EXPECT_TRUE(note->isVisible());
    show({kRules[0]});
    EXPECT_FALSE(note->isVisible());
    EXPECT_TRUE(table().isColumnHidden(RuleTableModel::ProblemColumn));
}

TEST_F(RulePanelTest, WithoutAnAnswerItSaysSo) {
    state_.setRules({kRules, nullptr, QStringLiteral("The engine is not running."), {}});
    EXPECT_EQ(cell(0, RuleTableModel::LayersColumn), QStringLiteral("–"));
    EXPECT_TRUE(panel_.findChild<QLabel*>(QStringLiteral("ruleNote"))->isVisible());
    show({kRules[0]});
    EXPECT_FALSE(panel_.findChild<QLabel*>(QStringLiteral("ruleNote"))->isVisible());
}

TEST_F(RulePanelTest, ARuleSelectsItsLayers) {
    click(1);
    EXPECT_EQ(state_.selectedLayers(), QStringList{QStringLiteral("fc")});
    QTest::keyClick(&table(), Qt::Key_Down);
    EXPECT_EQ(state_.selectedLayers().size(), 5);
    QSignalSpy raised(&state_, &ViewState::panelRequested);
    emit state_.ruleRequested(1);
    EXPECT_EQ(raised.count(), 1);
    EXPECT_EQ(state_.selectedLayers(), QStringList{QStringLiteral("fc")});
    EXPECT_EQ(table().currentIndex().row(), 1);
}

TEST_F(RulePanelTest, RulesAreMovedAndRemovedByButtonsAndKeys) {
    EXPECT_FALSE(button("ruleUp").isEnabled());
    click(2);
    QTest::mouseClick(&button("ruleUp"), Qt::LeftButton);
    EXPECT_EQ(rules_, (Rules{kRules[0], kRules[2], kRules[1], kRules[3]}));
    EXPECT_EQ(table().currentIndex().row(), 1) << "it is still the rule in hand";
    QTest::keyClick(&table(), Qt::Key_Up, Qt::AltModifier);
    EXPECT_EQ(rules_.front(), kRules[2]);
    EXPECT_FALSE(button("ruleUp").isEnabled());
    QTest::keyClick(&table(), Qt::Key_Up, Qt::AltModifier);
    EXPECT_EQ(rules_.front(), kRules[2]) << "no further";
    QTest::keyClick(&table(), Qt::Key_Down, Qt::AltModifier);
    EXPECT_EQ(rules_[1], kRules[2]);
    QTest::keyClick(&table(), Qt::Key_Delete);
    EXPECT_EQ(rules_, (Rules{kRules[0], kRules[1], kRules[3]}));
    ShownRules shown = state_.rules();
    shown.obstacle = QStringLiteral("A job is running.");
    state_.setRules(shown);
    QTest::keyClick(&table(), Qt::Key_Delete);
    EXPECT_EQ(rules_.size(), 3u);
    EXPECT_EQ(button("ruleAdd").toolTip(), "A job is running.");
}

TEST_F(RulePanelTest, TheEditorIsAskedForByKeysClicksAndButtons) {
    QSignalSpy edit(&state_, &ViewState::ruleEditorRequested);
    QSignalSpy add(&state_, &ViewState::newRuleRequested);
    click(2);
    QTest::keyClick(&table(), Qt::Key_Return);
    QTest::keyClick(&table(), Qt::Key_F2);
    QTest::mouseClick(&button("ruleEdit"), Qt::LeftButton);
    const QRect cell = table().visualRect(table().model()->index(2, RuleTableModel::QConfigColumn));
    QTest::mouseClick(table().viewport(), Qt::LeftButton, Qt::NoModifier, cell.center());
    QTest::mouseDClick(table().viewport(), Qt::LeftButton, Qt::NoModifier, cell.center());
    ASSERT_EQ(edit.count(), 4);
    for (const auto& arguments : edit) {
        EXPECT_EQ(arguments[0].toInt(), 2);
    }
    QTest::mouseClick(&button("ruleAdd"), Qt::LeftButton);
    EXPECT_EQ(add.count(), 1);
}

}  // namespace
}  // namespace qs
