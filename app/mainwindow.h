#pragma once

#include <QMainWindow>
#include <optional>
#include <vector>

#include "app/session/session.h"
#include "widgets/panels/panel_types.h"

class QLabel;
class QStackedWidget;

namespace qs {
class JobBar;
class LayerPanel;
class MessageBar;
class ViewState;
struct VariantRow;
}  // namespace qs

namespace qs::app {

class ActionQueue;
class ExportCommands;
class FileCommands;
class QConfigCommands;
class WindowActions;
class WindowDocks;
struct DataChoice;

/// The workbench window: shows a session and turns what the person does into calls on it. It never waits for
/// the engine.
class MainWindow : public QMainWindow {
    Q_OBJECT
  public:
    /// `client` and `session` must outlive the window.
    MainWindow(EngineClient& client, Session& session, const PanelTypes& panels = panelTypes());
    ~MainWindow() override;

    /// A project (.qsproj) or a model; with data, opens that behind it.
    void open(const QString& path, const std::optional<protocol::DataSpec>& data = std::nullopt);
    void openSample();

    ViewState& viewState() { return *state_; }
    WindowActions& actions() { return *actions_; }

  protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void buildCentre();
    void buildStatusBar();
    void connectActions();
    void connectSession();
    void connectEngine();
    void connectViews();
    void restoreWindow();
    void offerRecovery();

    void showDocument();
    void showModel();
    void showData();
    void showLayers();
    void showRules();
    void showVariants();
    std::vector<VariantRow> variantRows() const;
    void showOutdated();
    void showCurve();
    void showProfile();
    void showProof();
    void showVerdict();
    void showPreset();
    void showJob();
    void showTitle();
    void showEngine();
    void showMessage(Severity severity, const QString& text);
    void updateActions();
    QString editObstacle() const;
    QString measureObstacle() const;
    /// What restoring these layers is predicted to cost, as a line of a tooltip; empty where that is unknown.
    QString restoreNote(const QStringList& layers) const;

    void askForData(DataRole role);
    void takeData(const DataChoice& choice, DataRole role);
    void askForInputShapes(const QString& path, const std::vector<protocol::TensorInfo>& inputs);
    void showSkipped(const std::vector<std::string>& skipped);
    void askForTraining();
    void askForSettings();
    void showAbout();
    QStringList presets() const;

    EngineClient& client_;
    Session& session_;
    ViewState* state_;
    WindowActions* actions_;
    WindowDocks* docks_;
    MessageBar* messages_;
    FileCommands* files_;
    ActionQueue* queue_;
    ExportCommands* exports_;
    QConfigCommands* qconfigs_;
    QStackedWidget* pages_;
    QWidget* welcome_;
    LayerPanel* layers_;
    JobBar* jobBar_;
    QLabel* engineLabel_;
    /// What the layers' rows were made of.
    struct RowSources {
        std::shared_ptr<const protocol::ModelInfo> model;
        RuleAnswerPtr answer;
        std::shared_ptr<const protocol::VariantResult> result;
        bool operator==(const RowSources&) const = default;
    };
    RowSources rowSources_;
    VariantPtr profiled_;      ///< whose profile is shown
    bool engineDied_ = false;  ///< and the new one has not been announced yet
};

}  // namespace qs::app
