#include <gtest/gtest.h>

#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "support/sample_results.h"
#include "support/shared.h"
#include "widgets/common/format.h"
#include "widgets/common/job_bar.h"
#include "widgets/common/message_bar.h"
#include "widgets/common/shown_text.h"
#include "widgets/inspector/fact_grid.h"
#include "widgets/inspector/summary_panel.h"
#include "widgets/sample_rows.h"

namespace qs {
namespace {

TEST(FormatTest, FiguresReadWell) {
    EXPECT_EQ(format::count(1280), "1,280");
    EXPECT_EQ(format::count(11'689'512), "11.69 M");
    EXPECT_EQ(format::count(1'814'073'344), "1.81 G");
    EXPECT_EQ(format::duration(123.456), "123.5");
    EXPECT_EQ(format::duration(0.01234), "0.0123");
    EXPECT_EQ(format::percent(std::nullopt), format::kAbsent);
    EXPECT_EQ(format::percent(92.404), "92.40 %");
    EXPECT_EQ(format::eta(-1), QString());
    EXPECT_EQ(format::eta(61), "1 min 1 s");
    EXPECT_EQ(format::signedMilliseconds(0.1234), "+0.12 ms");
    EXPECT_EQ(format::signedMilliseconds(-0.0042), "-0.004 ms");
    EXPECT_EQ(format::signedMilliseconds(12.34), "+12.3 ms");
}

TEST(ShownTextTest, EscapesWhatWouldHideOrMoveText) {
    EXPECT_EQ(shownText(QStringLiteral("layer1.0.conv2 \u6a21\u578b \u00a0")),
              QStringLiteral("layer1.0.conv2 \u6a21\u578b \u00a0"));
    EXPECT_EQ(shownText(QStringLiteral("a\x1b[31mb\n\t\u202e\u2066")),
              QStringLiteral("a\\x1b[31mb\\n\\t\\u202e\\u2066"));
    EXPECT_EQ(shownText(QString::fromUtf8("\U000e0041")), QStringLiteral("\\U000e0041"));
}

TEST(ShownTextTest, TablesFactsAndMessagesShowItSo) {
    EXPECT_EQ(ShownTextDelegate().displayText(QStringLiteral("a\nb"), QLocale()), QStringLiteral("a\\nb"));
    FactGrid grid(QStringLiteral("facts"));
    grid.setRows({{QStringLiteral("Layer"), QStringLiteral("a\u202eb")}});
    MessageBar bar;
    bar.show(MessageBar::Kind::Info, QStringLiteral("a\x1b"
                                                    "b\ndetails\u202e"));
    QStringList shown;
    for (const QLabel* label : grid.findChildren<QLabel*>() + bar.findChildren<QLabel*>()) {
        shown << label->text();
    }
    for (const char* text : {"a\\u202eb", "a\\x1bb", "details\\u202e"}) {
        EXPECT_TRUE(shown.contains(QLatin1String(text))) << text;
    }
}

QString factsOf(const SummaryPanel& panel, const char* name) {
    return panel.findChild<FactGrid*>(QLatin1String(name))->text();
}

void showVariant(ViewState& state, const protocol::VariantResult& result) {
    state.setVariants({{QStringLiteral("a"), QStringLiteral("onednn"), false, 0, samples::share(result)}},
                      QStringLiteral("a"));
}

TEST(SummaryPanelTest, ShowsModelVariantAndSelectedLayer) {
    ViewState state;
    SummaryPanel panel(state);
    const protocol::ModelInfo model = samples::modelInfo("/models/resnet.pt");
    protocol::VariantResult variant = samples::variant(samples::recipe());
    variant.fp32.top1 = 92.5;
    variant.variant.top1 = 91.25;
    variant.fp32.metrics.front().value = 92.5;
    variant.variant.metrics.front().value = 91.25;
    variant.notes = {"CPU without VNNI"};
    state.setLayers(samples::layerRows(variant.recipe.rules, samples::share(variant), model));
    state.setModel(samples::share(model));
    showVariant(state, variant);
    state.setOutdated(true);
    EXPECT_TRUE(factsOf(panel, "modelFacts").contains(QStringLiteral("resnet.pt")));
    EXPECT_TRUE(factsOf(panel, "figures").contains(QStringLiteral("Top-1\t92.50 %\t91.25 %\t-1.25 pt")))
        << factsOf(panel, "figures").toStdString();
    EXPECT_TRUE(factsOf(panel, "measurement").contains(QStringLiteral("Imaginary CPU")));
    EXPECT_TRUE(factsOf(panel, "figures").contains(QStringLiteral("Samples\t\t10,000")));
    EXPECT_TRUE(panel.findChild<QLabel*>(QStringLiteral("dropSentence"))
                    ->text()
                    .contains(QStringLiteral("10,000 samples")));
    EXPECT_FALSE(panel.findChild<QLabel*>(QStringLiteral("outdatedNote"))->isHidden());
    EXPECT_EQ(panel.findChild<QLabel*>(QStringLiteral("variantNotes"))->text(), "CPU without VNNI");
    EXPECT_TRUE(factsOf(panel, "layerFacts").isEmpty());
    state.setSelectedLayers({QStringLiteral("layer1.0.conv1")});
    EXPECT_TRUE(factsOf(panel, "layerFacts").contains(QStringLiteral("onednn, set for whole model")))
        << factsOf(panel, "layerFacts").toStdString();
    EXPECT_TRUE(factsOf(panel, "layerFacts").contains(QStringLiteral("Refused\tonednn brgconv_amx")))
        << factsOf(panel, "layerFacts").toStdString();
    EXPECT_TRUE(factsOf(panel, "layerFacts").contains(QStringLiteral("Restoring\tabout +")));
    EXPECT_TRUE(factsOf(panel, "measurement").contains(QStringLiteral("Backend\tonednn")));
    variant.recipe.backend = "xnnpack";
    showVariant(state, variant);
    EXPECT_TRUE(factsOf(panel, "measurement").contains(QStringLiteral("Backend\txnnpack")));
    state.setVariants({}, {});
    EXPECT_TRUE(panel.findChild<QLabel*>(QStringLiteral("outdatedNote"))->isHidden());
}

TEST(SummaryPanelTest, ASpeedupHasItsIntervalAndABusyMachineNamesNone) {
    ViewState state;
    SummaryPanel panel(state);
    protocol::VariantResult variant = samples::variant(samples::recipe());
    variant.speedup = 2.41;
    variant.speedup_low = 2.38;
    variant.speedup_high = 2.44;
    showVariant(state, variant);
    const auto* sentence = panel.findChild<QLabel*>(QStringLiteral("busySentence"));
    EXPECT_TRUE(factsOf(panel, "figures").contains(QStringLiteral("2.41\u00d7 (2.38\u00d7 to 2.44\u00d7)")));
    EXPECT_TRUE(factsOf(panel, "measurement").contains(QStringLiteral("processor time of one thread")));
    EXPECT_TRUE(sentence->isHidden());

    variant.speedup.reset();
    variant.speedup_low = 2.1;
    variant.speedup_high = 24;
    variant.machine_busy = true;
    variant.fp32.latency_ms = 1.723;
    variant.variant.latency_ms = 0.076;
    showVariant(state, variant);
    EXPECT_TRUE(factsOf(panel, "figures").contains(QStringLiteral("machine busy")));
    EXPECT_FALSE(factsOf(panel, "figures").contains(QStringLiteral("24.00\u00d7")));
    EXPECT_FALSE(sentence->isHidden());
    for (const char* part : {"1.72 ms", "0.076", "2.10", "24.00", "other work"}) {
        EXPECT_TRUE(sentence->text().contains(QLatin1String(part))) << part << qPrintable(sentence->text());
    }
}

TEST(SummaryPanelTest, ShowsInputsOutputsAndNotesOfTheModel) {
    ViewState state;
    SummaryPanel panel(state);
    const protocol::ModelInfo model = samples::modelInfo("/models/detector_fixed.onnx");
    state.setModel(samples::share(model));
    const QString facts = factsOf(panel, "modelFacts");
    EXPECT_TRUE(facts.contains(QString::fromUtf8("Input\timage: Float 1×3×320×320\n\tscale")))
        << facts.toStdString();
    EXPECT_TRUE(facts.contains(QString::fromUtf8("scores: Float 1×2100×80")));
    EXPECT_TRUE(facts.contains(QStringLiteral("always 8 sample(s)")));
    const auto* notes = panel.findChild<QLabel*>(QStringLiteral("modelNotes"));
    EXPECT_FALSE(notes->isHidden());
    EXPECT_TRUE(notes->text().contains(QStringLiteral("widened")));
}

TEST(SummaryPanelTest, ShowsTheDataAndAsksForWhatWasSkipped) {
    ViewState state;
    SummaryPanel panel(state);
    auto* skipped = panel.findChild<QPushButton*>(QStringLiteral("skippedButton"));
    state.setData(samples::dataInfo({"fashion-mnist:test", {}}), std::nullopt);
    EXPECT_TRUE(factsOf(panel, "dataFacts").contains(QStringLiteral("other samples")));
    EXPECT_TRUE(skipped->isHidden());
    state.setData(samples::dataInfo({"imagefolder:/broken/unlabelled", {}}),
                  samples::dataInfo({"imagefolder:/calib", {}}));
    EXPECT_TRUE(factsOf(panel, "dataFacts").contains(QStringLiteral("agreement with FP32")));
    EXPECT_TRUE(factsOf(panel, "dataFacts").contains(QStringLiteral("Calibration\timagefolder:/calib")));
    EXPECT_TRUE(skipped->text().contains(QStringLiteral("2")));
    QSignalSpy asked(&state, &ViewState::skippedRequested);
    QTest::mouseClick(skipped, Qt::LeftButton);
    EXPECT_EQ(asked.count(), 1);
}

TEST(MessageBarTest, ShowsTheNewestFirstOnceAndCanBeDismissed) {
    MessageBar bar;
    EXPECT_TRUE(bar.isHidden());
    bar.show(MessageBar::Kind::Error, QStringLiteral("first\nwith details"));
    bar.show(MessageBar::Kind::Info, QStringLiteral("second"));
    bar.show(MessageBar::Kind::Error, QStringLiteral("first\nwith details"));
    EXPECT_EQ(bar.texts(), (QStringList{QStringLiteral("first\nwith details"), QStringLiteral("second")}));

    const auto* newest = bar.findChildren<QFrame*>(QStringLiteral("messageEntry")).last();
    auto* details = newest->findChild<QLabel*>(QStringLiteral("messageDetails"));
    ASSERT_NE(details, nullptr);
    EXPECT_TRUE(details->isHidden());
    QTest::mouseClick(newest->findChild<QPushButton*>(QStringLiteral("messageDetailsButton")),
                      Qt::LeftButton);
    EXPECT_FALSE(details->isHidden());
    EXPECT_EQ(details->text(), "with details");
    QTest::mouseClick(newest->findChild<QToolButton*>(QStringLiteral("messageClose")), Qt::LeftButton);
    EXPECT_EQ(bar.texts(), QStringList{QStringLiteral("second")});
    bar.dismiss(MessageBar::Kind::Info);
    EXPECT_TRUE(bar.isHidden());
}

TEST(MessageBarTest, AButtonActsAndTakesItsMessageAway) {
    MessageBar bar;
    int pressed = 0;
    bar.show(MessageBar::Kind::Info, QStringLiteral("recover?"),
             {{QStringLiteral("Recover"), [&] { ++pressed; }}});
    QTest::mouseClick(bar.findChild<QPushButton*>(QStringLiteral("messageAction")), Qt::LeftButton);
    EXPECT_EQ(pressed, 1);
    EXPECT_TRUE(bar.texts().isEmpty());
}

TEST(JobBarTest, ShowsProgressAndOffersCancelOnlyWhileAJobRuns) {
    JobBar bar;
    auto* cancel = bar.findChild<QToolButton*>(QStringLiteral("jobCancel"));
    auto* progress = bar.findChild<QProgressBar*>(QStringLiteral("jobProgress"));
    EXPECT_TRUE(cancel->isHidden());
    bar.showJob(QStringLiteral("Calibrating"), 3, 12, 65, true, 0);
    EXPECT_FALSE(cancel->isHidden());
    EXPECT_EQ(progress->value() * 4, progress->maximum());
    EXPECT_EQ(bar.findChild<QLabel*>(QStringLiteral("jobEta"))->text(), "1 min 5 s left");
    QSignalSpy cancelled(&bar, &JobBar::cancelRequested);
    QTest::mouseClick(cancel, Qt::LeftButton);
    EXPECT_EQ(cancelled.count(), 1);
    bar.showJob(QStringLiteral("Opening"), 0, 0, -1, false, 2);
    EXPECT_EQ(progress->maximum(), 0) << "busy, without an end";
    EXPECT_FALSE(cancel->isEnabled());
    auto* waiting = bar.findChild<QToolButton*>(QStringLiteral("jobsWaiting"));
    EXPECT_EQ(waiting->text(), "+2");
    QSignalSpy asked(&bar, &JobBar::queueRequested);
    QTest::mouseClick(waiting, Qt::LeftButton);
    EXPECT_EQ(asked.count(), 1);
    bar.showIdle();
    EXPECT_TRUE(waiting->isHidden());
    EXPECT_TRUE(progress->isHidden());
}

}  // namespace
}  // namespace qs
