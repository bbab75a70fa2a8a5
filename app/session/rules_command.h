#pragma once

#include <QString>
#include <QUndoCommand>

#include "app/session/rules.h"

namespace qs::app {

class Session;

/// Replaces the rules, and shows the variant that was shown with them.
class RulesCommand : public QUndoCommand {
  public:
    RulesCommand(Session& session, const QString& text, Rules after);
    void undo() override;
    void redo() override;

  private:
    Session& session_;
    Rules before_;
    Rules after_;
    QString variantBefore_;
    QString variantAfter_;
};

}  // namespace qs::app
