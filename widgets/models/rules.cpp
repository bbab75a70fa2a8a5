#include "widgets/models/rules.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace qs {
namespace {

enum Strength { NoMatch = -1, Global, Op, Pattern, Layer };

Strength matchStrength(const protocol::Rule& rule, const std::string& layer, const std::string& op) {
    if (rule.match == "global") {
        return Global;
    }
    if (rule.match == "op") {
        return rule.key == op ? Op : NoMatch;
    }
    if (rule.match == "layer") {
        return rule.key == layer ? Layer : NoMatch;
    }
    if (rule.match == "pattern") {
        const QRegularExpression glob(
            QRegularExpression::wildcardToRegularExpression(QString::fromStdString(rule.key)));
        return glob.match(QString::fromStdString(layer)).hasMatch() ? Pattern : NoMatch;
    }
    return NoMatch;
}

ResolvedRule resolveUpTo(Strength limit, const std::vector<protocol::Rule>& rules, const std::string& layer,
                         const std::string& op) {
    ResolvedRule won;
    Strength strongest = NoMatch;
    for (size_t i = 0; i < rules.size(); ++i) {
        const Strength strength = matchStrength(rules[i], layer, op);
        if (strength == NoMatch || strength > limit || strength < strongest) {
            continue;
        }
        strongest = strength;
        won = {QString::fromStdString(rules[i].qconfig), static_cast<int>(i), strength == Layer};
    }
    return won;
}

}  // namespace

ResolvedRule resolveRule(const std::vector<protocol::Rule>& rules, const std::string& layer,
                         const std::string& op) {
    return resolveUpTo(Layer, rules, layer, op);
}

QString inheritedQConfig(const std::vector<protocol::Rule>& rules, const std::string& layer,
                         const std::string& op) {
    return resolveUpTo(Pattern, rules, layer, op).qconfig;
}

QString describeRule(const protocol::Rule& rule) {
    const QString key = QString::fromStdString(rule.key);
    if (rule.match == "global") {
        return QCoreApplication::translate("Rules", "whole model");
    }
    if (rule.match == "op") {
        return QCoreApplication::translate("Rules", "all %1 layers").arg(key);
    }
    if (rule.match == "pattern") {
        return QCoreApplication::translate("Rules", "layers matching %1").arg(key);
    }
    return QCoreApplication::translate("Rules", "this layer");
}

}  // namespace qs
