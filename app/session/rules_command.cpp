#include "app/session/rules_command.h"

#include <utility>

#include "app/session/session.h"

namespace qs::app {

RulesCommand::RulesCommand(Session& session, const QString& text, Rules after)
    : QUndoCommand(text), session_(session), before_(session.rules()), after_(std::move(after)) {}

void RulesCommand::undo() {
    variantAfter_ = session_.document_.currentVariant;
    session_.setRules(before_);
    session_.showVariantOfRules(variantBefore_);
}

void RulesCommand::redo() {
    variantBefore_ = session_.document_.currentVariant;
    session_.setRules(after_);
    session_.showVariantOfRules(variantAfter_);
}

}  // namespace qs::app
