#pragma once

#include <QDialog>
#include <QStringList>
#include <QTimer>
#include <optional>

#include "protocol/messages.h"

class QDialogButtonBox;
class QLabel;
class QPushButton;

namespace qs {

class QConfigForm;
class RuleTarget;

/// Edits the qconfig of layers, or a rule. Whoever shows it asks the engine what would come of qconfig()
/// whenever previewWanted() says so, and answers with one of the show functions.
class QConfigDialog : public QDialog {
    Q_OBJECT
  public:
    /// For the layers of this name. `mayInherit`: some of them have a rule of their own that can be taken
    /// away.
    QConfigDialog(const protocol::EngineInfo& engine, const QStringList& layers, bool mayInherit,
                  QWidget* parent = nullptr);
    /// For a rule, with the ops and layers of the model; absent: for a new one.
    QConfigDialog(const protocol::EngineInfo& engine, const std::optional<protocol::Rule>& rule,
                  const QStringList& ops, const QStringList& layers, QWidget* parent = nullptr);

    const protocol::QConfig& qconfig() const;
    void setQConfig(const protocol::QConfig& qconfig);
    /// Of a dialog for a rule.
    protocol::Rule rule() const;
    /// Which rule has won so far, and whether there is one to go to.
    void setWinner(const QString& text, bool hasRule);

    /// What the layers would run in.
    void showPreview(const QString& text);
    /// What the engine objects to: it cannot be applied.
    void showProblem(const QString& text);
    /// Nothing is known of it; it can be applied all the same.
    void showUnknown(const QString& text);

  signals:
    /// qconfig() or rule() is another.
    void previewWanted();
    void inheritRequested();
    void goToRuleRequested();

  private:
    QConfigDialog(const protocol::EngineInfo& engine, QWidget* parent);
    void build();
    void onEdited();
    void showAnswer(const QString& text, bool isProblem);
    void updateApply();

    QConfigForm* form_;
    RuleTarget* target_ = nullptr;  ///< of dialogs for a rule
    QLabel* preview_;
    QWidget* winnerRow_;
    QLabel* winner_;
    QPushButton* goToRule_;
    QDialogButtonBox* buttons_;
    QPushButton* apply_;
    QPushButton* inherit_;
    bool refused_ = false;
    QTimer patience_;  ///< until the missing of an answer is shown
};

}  // namespace qs
