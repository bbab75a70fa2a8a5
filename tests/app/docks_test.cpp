#include "app/docks/window_docks.h"

#include <gtest/gtest.h>

#include <QAction>
#include <QDockWidget>
#include <QLineEdit>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "app/mainwindow.h"
#include "app/window_actions.h"
#include "widgets/models/view_state.h"

namespace qs::app {
namespace {

constexpr int kLongWait = 20'000;

/// Says which layers are selected, and asks for attention where there are several.
class SelectionPanel : public QLineEdit {
  public:
    SelectionPanel(ViewState& state, QWidget* parent) : QLineEdit(parent) {
        connect(&state, &ViewState::selectedLayersChanged, this, [this, &state](const QStringList& layers) {
            setText(layers.join(QLatin1Char(' ')));
            if (layers.size() > 1) {
                emit state.panelRequested(this);
            }
        });
    }
};

PanelType selectionType() {
    return {"selectionDock",          "Selection", PanelPlace::BottomLeft, 99, "Ctrl+Alt+9",
            makePanel<SelectionPanel>};
}

PanelTypes withSelection() {
    PanelTypes types = panelTypes();
    types.add(selectionType());
    return types;
}

class DocksTest : public testing::Test {
  protected:
    DocksTest() { QSettings().clear(); }

    void openWindow(const PanelTypes& panels) {
        window_.reset();
        window_ = std::make_unique<MainWindow>(client_, session_, panels);
        window_->resize(1440, 900);
        window_->show();
        ASSERT_TRUE(QTest::qWaitForWindowActive(window_.get()));
    }

    bool openModel() {
        client_.start();
        window_->open(folder_.filePath(QStringLiteral("net.pt")));
        return QTest::qWaitFor([this] { return session_.model() && !session_.job().running; }, kLongWait);
    }

    QDockWidget* dock(const char* name) { return window_->findChild<QDockWidget*>(QLatin1String(name)); }
    QAction* toggle(const char* name) {
        return window_->findChild<QAction*>(QStringLiteral("panel_") + QLatin1String(name));
    }
    bool isSeen(const char* name) { return !dock(name)->visibleRegion().isEmpty(); }

    QTemporaryDir folder_;
    EngineClient client_{EngineCommand{QStringLiteral(QS_FAKE_ENGINE), {}}};
    Session session_{client_, folder_.filePath(QStringLiteral("recovery"))};
    std::unique_ptr<MainWindow> window_;
};

TEST_F(DocksTest, APanelThatIsRegisteredHasADockAnEntryOfTheViewMenuAndAKey) {
    openWindow(withSelection());
    EXPECT_FALSE(toggle("selectionDock")->isEnabled()) << "there is nothing to show without a model";
    ASSERT_TRUE(openModel());
    ASSERT_NE(dock("selectionDock"), nullptr);
    QAction* action = toggle("selectionDock");
    EXPECT_TRUE(window_->actions().viewMenu->actions().contains(action));
    EXPECT_TRUE(action->isEnabled());
    EXPECT_FALSE(action->isChecked()) << "it is a tab behind the first of its place";
    EXPECT_TRUE(window_->tabifiedDockWidgets(dock("errorDock")).contains(dock("selectionDock")));

    QTest::keyClick(window_.get(), Qt::Key_9, Qt::ControlModifier | Qt::AltModifier);
    EXPECT_TRUE(QTest::qWaitFor([&] { return isSeen("selectionDock") && action->isChecked(); }));
    EXPECT_EQ(QApplication::focusWidget()->parentWidget(), dock("selectionDock"));
    QTest::keyClick(window_.get(), Qt::Key_9, Qt::ControlModifier | Qt::AltModifier);
    EXPECT_TRUE(QTest::qWaitFor([&] { return dock("selectionDock")->isHidden(); }));
    EXPECT_FALSE(action->isChecked());
    action->trigger();
    EXPECT_TRUE(QTest::qWaitFor([&] { return isSeen("selectionDock"); }));
}

TEST_F(DocksTest, APanelFollowsTheStateAndIsBroughtToTheFrontWhereItAsks) {
    openWindow(withSelection());
    ASSERT_TRUE(openModel());
    auto* panel = qobject_cast<QLineEdit*>(dock("selectionDock")->widget());
    window_->viewState().setSelectedLayers({QStringLiteral("conv1")});
    EXPECT_EQ(panel->text(), "conv1");
    EXPECT_FALSE(isSeen("selectionDock"));
    window_->viewState().setSelectedLayers({QStringLiteral("conv1"), QStringLiteral("fc")});
    EXPECT_TRUE(QTest::qWaitFor([&] { return isSeen("selectionDock"); }));
}

TEST_F(DocksTest, ALayoutComesBackAndANewPanelTakesItsPlaceInIt) {
    openWindow(panelTypes());
    ASSERT_TRUE(openModel());
    dock("classDock")->hide();
    window_->addDockWidget(Qt::LeftDockWidgetArea, dock("variantDock"));
    ASSERT_TRUE(window_->close());

    openWindow(withSelection());
    EXPECT_TRUE(dock("classDock")->isHidden());
    EXPECT_EQ(window_->dockWidgetArea(dock("variantDock")), Qt::LeftDockWidgetArea);
    EXPECT_TRUE(window_->tabifiedDockWidgets(dock("errorDock")).contains(dock("selectionDock")));
    EXPECT_FALSE(dock("selectionDock")->isHidden());
    EXPECT_TRUE(QTest::qWaitFor([&] { return isSeen("errorDock"); })) << "it does not push itself forward";

    toggle("selectionDock")->trigger();
    dock("selectionDock")->setFloating(true);
    ASSERT_TRUE(window_->close());
    openWindow(withSelection());
    EXPECT_TRUE(dock("selectionDock")->isFloating());
    // A program that does not know the panel restores the rest.
    openWindow(panelTypes());
    EXPECT_EQ(window_->dockWidgetArea(dock("variantDock")), Qt::LeftDockWidgetArea);
}

TEST_F(DocksTest, ALayoutOfAnEarlierVersionIsLeftForTheDefault) {
    {
        QMainWindow former;
        QDockWidget summary;
        summary.setObjectName(QStringLiteral("summaryDock"));
        former.addDockWidget(Qt::LeftDockWidgetArea, &summary);
        QSettings().setValue(QStringLiteral("window/layout"), former.saveState(2));
    }
    openWindow(panelTypes());
    ASSERT_TRUE(openModel());
    EXPECT_EQ(window_->dockWidgetArea(dock("summaryDock")), Qt::RightDockWidgetArea);
    EXPECT_TRUE(QTest::qWaitFor([&] { return isSeen("summaryDock") && isSeen("errorDock"); }));
}

TEST_F(DocksTest, ResetPutsEveryPanelBackWhereItWas) {
    openWindow(panelTypes());
    ASSERT_TRUE(openModel());
    ASSERT_TRUE(QTest::qWaitFor([&] { return dock("summaryDock")->width() == 330; }));
    window_->addDockWidget(Qt::LeftDockWidgetArea, dock("summaryDock"));
    dock("errorDock")->setFloating(true);
    window_->actions().resetLayout->trigger();
    EXPECT_EQ(window_->dockWidgetArea(dock("summaryDock")), Qt::RightDockWidgetArea);
    EXPECT_FALSE(dock("errorDock")->isFloating());
    EXPECT_TRUE(QTest::qWaitFor([&] { return dock("summaryDock")->width() == 330; }))
        << dock("summaryDock")->width();
}

TEST(PanelTypesTest, NoKeyIsTakenTwiceAndNoneIsACommands) {
    EngineClient client{EngineCommand{QStringLiteral(QS_FAKE_ENGINE), {}}};
    QTemporaryDir folder;
    Session session{client, folder.path()};
    const MainWindow window(client, session);
    QHash<QKeySequence, QString> taken;
    for (const QAction* action : window.findChildren<QAction*>()) {
        for (const QKeySequence& key : action->shortcuts()) {
            EXPECT_FALSE(taken.contains(key))
                << key.toString().toStdString() << " is " << taken[key].toStdString() << " and "
                << action->objectName().toStdString();
            taken.insert(key, action->objectName());
        }
    }
    for (const PanelType& type : panelTypes().all()) {
        EXPECT_TRUE(taken.contains(QKeySequence(QLatin1String(type.key)))) << type.id;
    }
}

TEST(PanelTypesDeathTest, ATakenIdIsAnError) {
    PanelTypes types = withSelection();
    EXPECT_DEATH(types.add(selectionType()), "same id or the same key");
}

}  // namespace
}  // namespace qs::app
