#pragma once

#include <QObject>
#include <QStringList>
#include <functional>
#include <optional>
#include <vector>

#include "app/session/session.h"

class QWidget;

namespace qs {
class QConfigDialog;
class ViewState;
}  // namespace qs

namespace qs::app {

/// What a person does with qconfigs and rules: opens the editor, asks the engine meanwhile what would come of
/// it, and gives the session what was chosen.
class QConfigCommands : public QObject {
    Q_OBJECT
  public:
    /// All must outlive the object; dialogs belong to `window`.
    QConfigCommands(QWidget& window, EngineClient& client, Session& session, ViewState& state);

    void editLayers(const QStringList& layers);
    void editRule(int rule);
    void addRule();

  private:
    /// Where a dialog's candidate stands in the rules that would come of it.
    struct Candidate {
        std::vector<protocol::Rule> rules;
        std::vector<int> changed;  ///< indices
        QStringList layers;        ///< that are asked about; none: those that the changed rule wins
    };
    using MakeCandidate = std::function<Candidate()>;
    void open(QConfigDialog& dialog, const MakeCandidate& make);
    static void showAnswer(QConfigDialog& dialog, const Candidate& asked, const RuleAnswer& answer);
    Candidate withLayers(const QStringList& layers, const protocol::QConfig& qconfig) const;
    void openForRule(const std::optional<int>& index);
    void showWinner(QConfigDialog& dialog, const QStringList& layers);

    QWidget& window_;
    EngineClient& client_;
    Session& session_;
    ViewState& state_;
};

}  // namespace qs::app
