#include "widgets/models/rules.h"

#include <QCoreApplication>
#include <algorithm>

namespace qs {
RuleResolver::RuleResolver(const std::vector<protocol::Rule>& rules) {
    qconfigs_.reserve(rules.size());
    for (size_t i = 0; i < rules.size(); ++i) {
        const protocol::Rule& rule = rules[i];
        const int index = static_cast<int>(i);
        qconfigs_.push_back(QString::fromStdString(protocol::textOf(rule.qconfig)));
        if (rule.match == "global") {
            global_ = index;
        } else if (rule.match == "op") {
            ops_[rule.key] = index;
        } else if (rule.match == "layer") {
            layers_[rule.key] = index;
        } else {
            const QString key = QString::fromStdString(rule.key);
            const QString expression = rule.match == "regex"
                                           ? QRegularExpression::anchoredPattern(key)
                                           : QRegularExpression::wildcardToRegularExpression(key);
            patterns_.push_back({QRegularExpression(expression), index});
        }
    }
    std::reverse(patterns_.begin(), patterns_.end());
}

int RuleResolver::inheritedRule(const std::string& layer, const std::string& op) const {
    const QString name = patterns_.empty() ? QString() : QString::fromStdString(layer);
    const auto pattern = std::find_if(patterns_.begin(), patterns_.end(), [&](const Pattern& candidate) {
        return candidate.glob.match(name).hasMatch();
    });
    if (pattern != patterns_.end()) {
        return pattern->rule;
    }
    const auto ofOp = ops_.find(op);
    return ofOp == ops_.end() ? global_ : ofOp->second;
}

ResolvedRule RuleResolver::resolve(const std::string& layer, const std::string& op) const {
    const auto qconfig = [this](int rule) {
        return rule < 0 ? QString() : qconfigs_[static_cast<size_t>(rule)];
    };
    const int inherited = inheritedRule(layer, op);
    const auto own = layers_.find(layer);
    const bool overridden = own != layers_.end();
    const int won = overridden ? own->second : inherited;
    return {qconfig(won), qconfig(inherited), won, overridden};
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
