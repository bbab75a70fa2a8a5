// Qconfigs and rules, edited in the window.

#include <gtest/gtest.h>

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include "app/mainwindow_fixture.h"
#include "widgets/models/rule_table_model.h"
#include "widgets/models/view_state.h"
#include "widgets/qconfig/qconfig_dialog.h"

namespace qs::app {
namespace {

class MainWindowRulesTest : public MainWindowFixture {};

TEST_F(MainWindowRulesTest, ThePresetOfTheWholeModelIsAnUndoableEdit) {
    ASSERT_TRUE(openModelAndData());
    auto* preset = child<QComboBox>("presetCombo");
    EXPECT_EQ(preset->currentText(), "onednn");
    preset->setFocus();
    QTest::keyClicks(preset, QStringLiteral("q"));
    EXPECT_EQ(preset->currentText(), "qnnpack");
    EXPECT_TRUE(until([this] {
        return cell(QStringLiteral("conv1"), LayerColumnId::QConfig) == QStringLiteral("inherit (qnnpack)");
    }));
    action("undo")->trigger();
    EXPECT_EQ(preset->currentText(), "onednn");
}

TEST_F(MainWindowRulesTest, TheQConfigOfASelectionIsEditedAndUndoneInOneStep) {
    ASSERT_TRUE(openModelAndData());
    const QString conv = QStringLiteral("conv1"), fc = QStringLiteral("fc");
    ASSERT_TRUE(
        until([&] { return cell(fc, LayerColumnId::QConfig) == QStringLiteral("inherit (onednn)"); }));
    window_->viewState().setSelectedLayers({conv, fc});
    auto* table = child<QTableView>("layerTable");
    table->setFocus();
    QTest::keyClick(table, Qt::Key_F2);
    auto* dialog = child<QConfigDialog>("qconfigDialog");
    ASSERT_TRUE(QTest::qWaitForWindowActive(dialog));
    EXPECT_EQ(dialog->findChild<QLabel*>(QStringLiteral("qconfigWinner"))->text(),
              "Rule that won: #1 Whole model");
    auto* preview = dialog->findChild<QLabel*>(QStringLiteral("qconfigPreview"));
    EXPECT_TRUE(until([&] { return preview->text() == QStringLiteral("2 layer(s) as INT8"); }));
    auto* type = dialog->findChild<QComboBox*>(QStringLiteral("weight_dtype"));
    QTest::keyClicks(type, QStringLiteral("int4"));
    EXPECT_TRUE(until([&] { return preview->text() == QStringLiteral("2 layer(s) as W4A8"); }));
    QTest::keyClick(dialog, Qt::Key_Return);
    const QString chosen = QStringLiteral("onednn,weight.dtype=int4");
    EXPECT_TRUE(until([&] {
        return cell(conv, LayerColumnId::QConfig) == chosen && cell(fc, LayerColumnId::QConfig) == chosen;
    }));
    action("undo")->trigger();
    EXPECT_EQ(session_->rules(), Rules());
}

TEST_F(MainWindowRulesTest, AnObjectionOfTheEngineIsSaidBeforeItIsApplied) {
    ASSERT_TRUE(openModelAndData());
    window_->viewState().setSelectedLayers({QStringLiteral("fc")});
    QTest::keyClick(child<QTableView>("layerTable"), Qt::Key_Return);
    auto* dialog = child<QConfigDialog>("qconfigDialog");
    ASSERT_TRUE(QTest::qWaitForWindowActive(dialog));
    auto* text = dialog->findChild<QLineEdit*>(QStringLiteral("qconfigText"));
    text->setFocus();
    text->selectAll();
    QTest::keyClicks(text, QStringLiteral("onednn,weight.dtype=int3"));
    EXPECT_EQ(text->text(), "onednn,weight.dtype=int3");
    const auto* apply = dialog->findChild<QPushButton*>(QStringLiteral("qconfigApply"));
    EXPECT_TRUE(until([&] { return !apply->isEnabled(); }));
    const auto* preview = dialog->findChild<QLabel*>(QStringLiteral("qconfigPreview"));
    EXPECT_TRUE(preview->text().contains(QStringLiteral("int3"))) << preview->text().toStdString();
}

TEST_F(MainWindowRulesTest, ARuleIsAddedWinsItsLayersAndIsGoneToFromALayer) {
    ASSERT_TRUE(openModelAndData());
    auto* rules = child<QTableView>("ruleTable");
    EXPECT_EQ(rules->model()->rowCount(), 1);
    QTest::mouseClick(child<QPushButton>("ruleAdd"), Qt::LeftButton);
    auto* dialog = child<QConfigDialog>("qconfigDialog");
    ASSERT_TRUE(QTest::qWaitForWindowActive(dialog));
    QTest::keyClicks(dialog->findChild<QComboBox*>(QStringLiteral("ruleKey")), QStringLiteral("layer4.*"));
    const auto* preview = dialog->findChild<QLabel*>(QStringLiteral("qconfigPreview"));
    EXPECT_TRUE(until([&] { return preview->text().startsWith(QStringLiteral("It wins 5 layer(s).")); }))
        << preview->text().toStdString();
    auto* preset = dialog->findChild<QComboBox*>(QStringLiteral("qconfigPreset"));
    QTest::keyClicks(preset, QStringLiteral("tensorrt"));
    QTest::keyClick(preset, Qt::Key_Return);
    ASSERT_EQ(rules->model()->rowCount(), 2);
    const auto layersOf = [&](int rule) {
        return rules->model()->index(rule, RuleTableModel::LayersColumn).data().toString();
    };
    EXPECT_TRUE(until([&] { return layersOf(1) == QStringLiteral("5"); }));
    EXPECT_EQ(cell(QStringLiteral("layer4.1.conv2"), LayerColumnId::QConfig), "inherit (tensorrt)");

    rules->setCurrentIndex(rules->model()->index(0, 0));
    window_->viewState().setSelectedLayers({QStringLiteral("layer4.1.conv2")});
    QTest::keyClick(child<QTableView>("layerTable"), Qt::Key_F2);
    ASSERT_TRUE(until([&] {
        const auto* winner = window_->findChild<QLabel*>(QStringLiteral("qconfigWinner"));
        return winner && winner->isVisible() &&
               winner->text() == QStringLiteral("Rule that won: #2 Pattern layer4.*");
    }));
    QTest::mouseClick(child<QPushButton>("goToRule"), Qt::LeftButton);
    EXPECT_EQ(rules->currentIndex().row(), 1);
    EXPECT_EQ(window_->viewState().selectedLayers().size(), 5);
    EXPECT_TRUE(rules->isVisible());

    QTest::keyClick(rules, Qt::Key_Delete);
    EXPECT_EQ(rules->model()->rowCount(), 1);
    action("undo")->trigger();
    EXPECT_EQ(rules->model()->rowCount(), 2);
    action("undo")->trigger();
    EXPECT_EQ(session_->rules(), Rules());
}

}  // namespace
}  // namespace qs::app
