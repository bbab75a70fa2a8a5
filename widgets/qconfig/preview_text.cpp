#include "widgets/qconfig/preview_text.h"

#include <QCoreApplication>
#include <QSet>
#include <algorithm>
#include <vector>

#include "widgets/common/engine_text.h"

namespace qs {
namespace {

struct PreviewText {
    Q_DECLARE_TR_FUNCTIONS(QConfigPreview)
};

struct RunKind {
    QString precision;
    QString reason;
    int layers = 0;
};

QString lineOf(const RunKind& kind, bool alone) {
    QString line = PreviewText::tr("Would run as %1").arg(kind.precision.toUpper());
    if (!alone) {
        line = PreviewText::tr("%n layer(s) as %1", nullptr, kind.layers).arg(kind.precision.toUpper());
    }
    return kind.reason.isEmpty() ? line : line + QStringLiteral(": ") + kind.reason;
}

}  // namespace

QString previewText(const protocol::QConfigPreview& preview, const QStringList& layers) {
    const QSet<QString> wanted(layers.begin(), layers.end());
    std::vector<RunKind> kinds;
    for (const protocol::LayerQConfig& layer : preview.layers) {
        if (!wanted.contains(QString::fromStdString(layer.name))) {
            continue;
        }
        const QString precision = QString::fromStdString(layer.precision);
        const QString reason = engineText(layer.reason);
        const auto known = std::find_if(kinds.begin(), kinds.end(), [&](const RunKind& kind) {
            return kind.precision == precision && kind.reason == reason;
        });
        (known == kinds.end() ? kinds.emplace_back(RunKind{precision, reason}) : *known).layers++;
    }
    std::stable_sort(kinds.begin(), kinds.end(),
                     [](const RunKind& a, const RunKind& b) { return a.layers > b.layers; });
    QStringList lines;
    for (const RunKind& kind : kinds) {
        lines << lineOf(kind, layers.size() == 1);
    }
    return lines.join(QLatin1Char('\n'));
}

QStringList layersOfRule(const protocol::QConfigPreview& preview, int rule) {
    QStringList layers;
    for (const protocol::LayerQConfig& layer : preview.layers) {
        if (layer.rule == rule) {
            layers << QString::fromStdString(layer.name);
        }
    }
    return layers;
}

}  // namespace qs
