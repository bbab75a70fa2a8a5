#include "widgets/models/rules.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace qs {
namespace {

struct RuleKind {
    const char* match;
    const char* title;  ///< source text of context "Rules"
};

constexpr std::array kKinds = {
    RuleKind{"global", QT_TRANSLATE_NOOP("Rules", "Whole model")},
    RuleKind{"op", QT_TRANSLATE_NOOP("Rules", "Op")},
    RuleKind{"pattern", QT_TRANSLATE_NOOP("Rules", "Pattern")},
    RuleKind{"regex", QT_TRANSLATE_NOOP("Rules", "Regular expression")},
    RuleKind{"layer", QT_TRANSLATE_NOOP("Rules", "Layer")},
};

}  // namespace

QStringList ruleKinds() {
    QStringList kinds;
    for (const RuleKind& kind : kKinds) {
        kinds << QLatin1String(kind.match);
    }
    return kinds;
}

QString ruleKindTitle(const QString& match) {
    const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                    [&](const RuleKind& kind) { return match == QLatin1String(kind.match); });
    return found == kKinds.end() ? match : QCoreApplication::translate("Rules", found->title);
}

QString describeRule(const protocol::Rule& rule) {
    const QString key = QString::fromStdString(rule.key);
    if (rule.match == "global") {
        return QCoreApplication::translate("Rules", "whole model");
    }
    if (rule.match == "op") {
        return QCoreApplication::translate("Rules", "all %1 layers").arg(key);
    }
    if (rule.match == "layer") {
        return QCoreApplication::translate("Rules", "this layer");
    }
    return QCoreApplication::translate("Rules", "layers matching %1").arg(key);
}

}  // namespace qs
