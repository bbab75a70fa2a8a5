// Session: its rules, and what the engine makes of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <QSignalSpy>

#include "app/session/session.h"
#include "app/session_fixture.h"
#include "support/sample_results.h"

namespace qs::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SessionRulesTest : public SessionFixture {};

TEST_F(SessionRulesTest, RulesAreUndoable) {
    open();
    session().setGlobalPreset(QStringLiteral("qnnpack"));
    session().setLayerOverride({QStringLiteral("fc"), QStringLiteral("no such layer")},
                               QStringLiteral("fp32"));
    const std::vector<protocol::Rule> both{{"global", "", "qnnpack"}, {"layer", "fc", "fp32"}};
    EXPECT_EQ(session().rules().all(), both) << "names that the model does not have are left out";
    session().undoStack().undo();
    EXPECT_EQ(session().rules().ofLayer("fc"), nullptr);
    session().undoStack().undo();
    EXPECT_EQ(session().rules(), Rules());
    session().undoStack().redo();
    session().undoStack().redo();
    EXPECT_EQ(session().rules().all(), both);
    session().setLayerOverride({QStringLiteral("fc")}, {});
    EXPECT_EQ(session().rules().all(), (std::vector<protocol::Rule>{both[0]}));
}

TEST_F(SessionRulesTest, RulesOfEveryKindAreKeptUndoneAndMeasuredWith) {
    open();
    const std::vector<protocol::Rule> rules{
        {"global", "", "x86"},
        {"op", "linear", "qnnpack"},
        {"pattern", "layer4.*", protocol::parseQConfig("onednn,weight.dtype=int4").qconfig},
        {"regex", "layer[12]\\..*", "tensorrt"},
        {"layer", "fc", "fp32"}};
    session().setRuleList(QStringLiteral("Rules"), rules);
    session().setLayerOverride({QStringLiteral("conv1")}, QStringLiteral("onednn,weight.dtype=int4"));
    session().setGlobalPreset(QStringLiteral("qnnpack"));
    session().clearOverrides();
    std::vector<protocol::Rule> left(rules.begin(), rules.end() - 1);
    left[0].qconfig.preset = "qnnpack";
    EXPECT_EQ(session().rules().all(), left) << "only rules for single layers are overrides";
    calibrate();
    EXPECT_EQ(session().currentVariant()->result.recipe.rules, left);
    EXPECT_EQ(currentName(), "qnnpack, 3 rules");
    for (int i = 0; i < 3; ++i) {
        session().undoStack().undo();
    }
    EXPECT_EQ(session().rules().all(), rules);
    session().adoptRules(session().variants()[0]->id);
    EXPECT_EQ(session().rules().all(), left);
}

TEST_F(SessionRulesTest, AQConfigThatIsNoneIsRefused) {
    open();
    session().setLayerOverride({QStringLiteral("fc")}, QStringLiteral("onednn,weight.dtpye=int4"));
    EXPECT_EQ(session().undoStack().count(), 0);
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_THAT(messages[0], HasSubstr("weight.dtpye"));
}

TEST_F(SessionRulesTest, TheEngineSaysWhichRuleWins) {
    open();
    const auto answered = [this] { return session().preview().current() != nullptr; };
    ASSERT_TRUE(eventually(answered));
    session().setRuleList(QStringLiteral("Rules"),
                          {{"global", "", "x86"}, {"op", "linear", "qnnpack"}, {"layer", "conv1", "fp32"}});
    EXPECT_FALSE(answered()) << "what was known is of other rules";
    ASSERT_TRUE(session().preview().shown());
    EXPECT_EQ(session().preview().shown()->rules, Rules().all()) << "and says so";
    ASSERT_TRUE(eventually(answered));
    const RuleAnswer& answer = *session().preview().current();
    EXPECT_EQ(answer.rules, session().rules().all());
    EXPECT_EQ(answer.preview.layers.front().rule, 2);
    EXPECT_EQ(answer.preview.layers.front().inherited, "x86");
    EXPECT_EQ(answer.preview.layers.back().rule, 1);
    session().undoStack().undo();
    ASSERT_TRUE(eventually(answered));
    EXPECT_EQ(session().preview().current()->preview.layers.front().rule, 0);
}

TEST_F(SessionRulesTest, OfManyEditsTheLastIsAnswered) {
    open();
    ASSERT_TRUE(eventually([this] { return session().preview().current() != nullptr; }));
    int changes = 0;
    QObject::connect(&session(), &Session::previewChanged, [&] { ++changes; });
    for (int i = 0; i < 50; ++i) {
        session().setGlobalPreset(i % 2 ? QStringLiteral("x86") : QStringLiteral("qnnpack"));
    }
    ASSERT_TRUE(eventually([this] { return session().preview().current() != nullptr; }));
    EXPECT_EQ(session().preview().current()->rules.front().qconfig.preset, "x86");
    EXPECT_LE(changes, 2) << "one answer, perhaps after a moment without any";
}

TEST_F(SessionRulesTest, ADeadEngineLeavesNoWrongAnswerAndANewOneIsAskedAgain) {
    open();
    ASSERT_TRUE(eventually([this] { return session().preview().current() != nullptr; }));
    engine().stop();
    session().setLayerOverride({QStringLiteral("fc")}, QStringLiteral("fp32"));
    EXPECT_TRUE(eventually([this] { return !session().preview().problem().isEmpty(); }));
    EXPECT_TRUE(eventually([this] { return session().preview().shown() == nullptr; }));
    engine().start();
    // It does not know the model: that is opened anew.
    ASSERT_TRUE(eventually([this] { return session().preview().current() != nullptr; }));
    EXPECT_EQ(session().preview().current()->preview.layers.back().qconfig, "fp32");
    EXPECT_EQ(session().preview().problem(), QString());
}

TEST_F(SessionRulesTest, AnEditThatChangesNothingIsNoStep) {
    open();
    session().setGlobalPreset(QStringLiteral("onednn"));
    session().clearOverrides();
    EXPECT_EQ(session().undoStack().count(), 0);
}

}  // namespace
}  // namespace qs::app
