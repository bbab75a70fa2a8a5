#pragma once

#include <QString>
#include <QStringList>

#include "protocol/messages.h"

namespace qs {

inline constexpr const char* kFloatQConfig = "fp32";

/// Kinds of rules, the weakest first (protocol::Rule::match).
QStringList ruleKinds();
/// "Operation", "Pattern" ...: a kind as lists and menus name it.
QString ruleKindTitle(const QString& match);

/// "this layer", "layers matching layer4.*", ...: why a rule applies, for a person.
QString describeRule(const protocol::Rule& rule);

}  // namespace qs
