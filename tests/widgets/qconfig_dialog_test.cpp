// The editor of qconfigs, with the keys and clicks of a person.

#include "widgets/qconfig/qconfig_dialog.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "support/sample_preview.h"
#include "support/sample_results.h"
#include "widgets/qconfig/preview_text.h"

namespace qs {
namespace {

class QConfigDialogTest : public testing::Test {
  protected:
    QConfigDialogTest() : dialog_(engine_, {QStringLiteral("layer1.0.conv1"), QStringLiteral("fc")}, true) {
        QApplication::setKeyboardInputInterval(20);
        dialog_.setQConfig({"onednn"});
        open(dialog_);
    }

    static void open(QConfigDialog& dialog) {
        dialog.show();
        EXPECT_TRUE(QTest::qWaitForWindowActive(&dialog));
    }

    template <typename T>
    T& child(const char* name) {
        auto* found = dialog_.findChild<T*>(QLatin1String(name));
        EXPECT_NE(found, nullptr) << name;
        return *found;
    }
    QComboBox& box(const char* name) { return child<QComboBox>(name); }

    /// As someone types it who has tabbed to the box.
    void choose(const char* name, const char* entry) {
        box(name).setFocus();
        QTest::qWait(2 * QApplication::keyboardInputInterval());  // or it goes on with the word before
        QTest::keyClicks(&box(name), QLatin1String(entry));
        EXPECT_EQ(box(name).currentText(), QLatin1String(entry)) << name;
    }
    void type(const char* name, const char* text) {
        auto& edit = child<QLineEdit>(name);
        edit.setFocus();
        edit.selectAll();
        QTest::keyClick(&edit, Qt::Key_Delete);
        QTest::keyClicks(&edit, QLatin1String(text));
    }
    std::string text() const { return protocol::textOf(dialog_.qconfig()); }
    bool canApply() { return child<QPushButton>("qconfigApply").isEnabled(); }

    protocol::EngineInfo engine_ = samples::engineInfo();
    QConfigDialog dialog_;
};

TEST_F(QConfigDialogTest, APresetIsTwoKeysAway) {
    QSignalSpy accepted(&dialog_, &QDialog::accepted);
    EXPECT_EQ(QApplication::focusWidget(), &box("qconfigPreset"));
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("x86"));
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    EXPECT_EQ(accepted.count(), 1);
    EXPECT_EQ(text(), "x86");
}

TEST_F(QConfigDialogTest, EveryMemberIsAsThePresetHasItUntilItIsChosen) {
    EXPECT_EQ(box("weight_dtype").itemText(0), "as preset (int8)");
    EXPECT_EQ(box("activation_dtype").itemText(0), "as preset (uint8)");
    EXPECT_EQ(box("qconfigMode").itemText(0), "as preset (static)");
    EXPECT_EQ(child<QLineEdit>("weight_quant_min").placeholderText(), "as preset (-128)");
    EXPECT_EQ(text(), "onednn");
    QSignalSpy wanted(&dialog_, &QConfigDialog::previewWanted);
    choose("weight_dtype", "int4");
    choose("activation_observer", "percentile");
    type("activation_observer_percentile", "99.9");
    choose("weight_granularity", "group");
    type("weight_group", "32");
    choose("qconfigMode", "dynamic");
    EXPECT_EQ(text(),
              "onednn,mode=dynamic,activation.observer=percentile,activation.observer.percentile="
              "99.9,weight.dtype=int4,weight.group=32");
    EXPECT_EQ(child<QLineEdit>("qconfigText").text().toStdString(), text());
    EXPECT_GE(wanted.count(), 6);
    EXPECT_EQ(box("weight_scheme").itemText(0), "as preset") << "another type may bring another scheme";
    choose("qconfigPreset", "qnnpack");
    EXPECT_TRUE(text().starts_with("qnnpack,mode=dynamic"));
}

TEST_F(QConfigDialogTest, WhatATypeCannotHaveIsGreyWithTheReason) {
    const auto isPossible = [this](const char* name, const char* entry) {
        const int row = box(name).findText(QLatin1String(entry));
        return box(name).model()->index(row, 0).flags().testFlag(Qt::ItemIsEnabled);
    };
    EXPECT_FALSE(isPossible("weight_dtype", "float16"));
    EXPECT_TRUE(isPossible("weight_scheme", "affine"));
    choose("weight_dtype", "ternary");
    EXPECT_FALSE(isPossible("weight_scheme", "affine"));
    const int affine = box("weight_scheme").findText(QStringLiteral("affine"));
    EXPECT_TRUE(box("weight_scheme")
                    .itemData(affine, Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("no zero point")));
    EXPECT_FALSE(child<QLineEdit>("weight_zero_point").isEnabled());
    EXPECT_TRUE(child<QLineEdit>("weight_zero_point").toolTip().contains(QStringLiteral("no zero point")));
    EXPECT_TRUE(isPossible("activation_scheme", "affine")) << "the activation has another type";
    EXPECT_FALSE(child<QLineEdit>("activation_group").isVisible()) << "activations have one scale";
    EXPECT_FALSE(child<QLineEdit>("weight_group").isEnabled()) << "without the granularity group";
}

TEST_F(QConfigDialogTest, APresetThatQuantizesNothingHasNothingToDiffer) {
    choose("qconfigPreset", "fp32");
    EXPECT_FALSE(box("weight_dtype").isEnabled());
    EXPECT_FALSE(box("activation_dtype").isEnabled());
    EXPECT_TRUE(child<QLabel>("weight_obstacle").isVisible());
    EXPECT_TRUE(child<QLabel>("weight_obstacle").isEnabled()) << "it is to be read";
    choose("qconfigPreset", "onednn");
    EXPECT_TRUE(box("weight_dtype").isEnabled());
    choose("qconfigMode", "weight_only");
    EXPECT_TRUE(box("weight_dtype").isEnabled());
    EXPECT_FALSE(box("activation_dtype").isEnabled());
}

TEST_F(QConfigDialogTest, TheTextCanBeTypedAndSaysWhatIsWrong) {
    type("qconfigText", "x86,weight.observer=percentile:99.5,weight.group=16");
    EXPECT_EQ(box("qconfigPreset").currentText(), "x86");
    EXPECT_EQ(box("weight_observer").currentText(), "percentile");
    EXPECT_EQ(child<QLineEdit>("weight_observer_percentile").text(), "99.5");
    EXPECT_EQ(box("weight_granularity").currentText(), "group");
    EXPECT_EQ(child<QLineEdit>("weight_group").text(), "16");
    EXPECT_TRUE(canApply());
    type("qconfigText", "x86,weight.dtpye=int4");
    EXPECT_FALSE(canApply());
    EXPECT_TRUE(child<QLabel>("qconfigTextProblem").isVisible());
    EXPECT_TRUE(child<QLabel>("qconfigTextProblem").text().contains(QStringLiteral("weight.dtpye")));
    choose("weight_dtype", "int4");
    EXPECT_TRUE(canApply());
    EXPECT_EQ(child<QLineEdit>("qconfigText").text().toStdString(), text());
}

TEST_F(QConfigDialogTest, TheEnginesAnswerIsShownAndAnObjectionCannotBeApplied) {
    const auto& preview = child<QLabel>("qconfigPreview");
    dialog_.showPreview(QStringLiteral("Would run as INT8"));
    EXPECT_EQ(preview.text(), "Would run as INT8");
    EXPECT_TRUE(canApply());
    choose("weight_dtype", "int4");
    EXPECT_FALSE(preview.isEnabled()) << "it is of the qconfig before";
    EXPECT_TRUE(QTest::qWaitFor([&] { return preview.text() == QStringLiteral("\u2026"); }, 2000));
    dialog_.showProblem(QStringLiteral("a group of 7 does not divide"));
    EXPECT_FALSE(canApply());
    EXPECT_TRUE(preview.isEnabled());
    choose("weight_dtype", "int8");
    EXPECT_TRUE(canApply()) << "until it is known";
    dialog_.showUnknown(QStringLiteral("The engine is not running."));
    EXPECT_TRUE(canApply());
}

TEST_F(QConfigDialogTest, TheRuleThatWonIsNamedAndCanBeGoneTo) {
    QSignalSpy gone(&dialog_, &QConfigDialog::goToRuleRequested);
    QSignalSpy rejected(&dialog_, &QDialog::rejected);
    dialog_.setWinner(QStringLiteral("Rule that won: #2 Op conv2d"), true);
    EXPECT_EQ(child<QLabel>("qconfigWinner").text(), "Rule that won: #2 Op conv2d");
    QTest::mouseClick(&child<QPushButton>("goToRule"), Qt::LeftButton);
    EXPECT_EQ(gone.count(), 1);
    EXPECT_EQ(rejected.count(), 1);
}

TEST_F(QConfigDialogTest, InheritTakesAwayAndClosesWithoutApplying) {
    QSignalSpy inherit(&dialog_, &QConfigDialog::inheritRequested);
    QSignalSpy accepted(&dialog_, &QDialog::accepted);
    QTest::mouseClick(&child<QPushButton>("qconfigInherit"), Qt::LeftButton);
    EXPECT_EQ(inherit.count(), 1);
    EXPECT_EQ(accepted.count(), 0);
    EXPECT_FALSE(dialog_.isVisible());
}

TEST(RuleDialogTest, ANewRuleNeedsAKeyAndOffersTheModelsOps) {
    const protocol::EngineInfo engine = samples::engineInfo();
    QConfigDialog dialog(engine, std::nullopt, {QStringLiteral("conv2d"), QStringLiteral("linear")},
                         {QStringLiteral("fc")});
    dialog.show();
    auto& kind = *dialog.findChild<QComboBox*>(QStringLiteral("ruleKind"));
    auto& key = *dialog.findChild<QComboBox*>(QStringLiteral("ruleKey"));
    auto& apply = *dialog.findChild<QPushButton*>(QStringLiteral("qconfigApply"));
    EXPECT_EQ(kind.currentData().toString(), "pattern");
    EXPECT_FALSE(apply.isEnabled());
    QTest::keyClicks(&key, QStringLiteral("layer4.*"));
    EXPECT_TRUE(apply.isEnabled());
    EXPECT_EQ(dialog.rule(), (protocol::Rule{"pattern", "layer4.*", dialog.qconfig()}));
    kind.setCurrentIndex(kind.findData(QStringLiteral("op")));
    EXPECT_EQ(key.findText(QStringLiteral("linear")), 1);
    kind.setCurrentIndex(kind.findData(QStringLiteral("global")));
    EXPECT_FALSE(key.isVisible());
    EXPECT_TRUE(apply.isEnabled());
    EXPECT_EQ(dialog.rule().key, "");
}

TEST(RuleDialogTest, ARuleOpensAsItIs) {
    const protocol::Rule rule{"regex", "layer[12].*",
                              protocol::parseQConfig("x86,weight.dtype=int4").qconfig};
    QConfigDialog dialog(samples::engineInfo(), rule, {}, {});
    EXPECT_EQ(dialog.rule(), rule);
}

TEST(PreviewTextTest, CountsTheKindsOfLayers) {
    const std::vector<protocol::Rule> rules = {{"global", "", "onednn"}, {"layer", "fc", "fp32"}};
    protocol::QConfigPreview preview = samples::preview(samples::modelInfo("resnet.pt"), rules);
    EXPECT_EQ(previewText(preview, {QStringLiteral("fc")}), "Would run as FP32");
    preview.layers[0].reason = "no kernel has its numbers";
    EXPECT_EQ(previewText(preview, {QStringLiteral("conv1"), QStringLiteral("layer1.0.conv1"),
                                    QStringLiteral("layer1.0.conv2"), QStringLiteral("fc")}),
              "2 layer(s) as INT8\n1 layer(s) as INT8: no kernel has its numbers\n1 layer(s) as FP32");
    EXPECT_EQ(layersOfRule(preview, 1), QStringList{QStringLiteral("fc")});
}

}  // namespace
}  // namespace qs
