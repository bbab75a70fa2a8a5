#include "widgets/models/variant_table_model.h"

#include <QCoreApplication>
#include <QFont>

#include "widgets/common/format.h"
#include "widgets/models/metrics.h"

namespace qs {
namespace {

struct Column {
    const char* title;
    QString (*text)(const VariantRow&);
};

QString headlineValue(const VariantRow& row) {
    const auto headline = metrics::headline(row.variant);
    return headline ? metrics::bareValue(headline->value, headline->unit) : format::kAbsent;
}

QString change(const VariantRow& row) {
    return row.drop ? metrics::shortChange(*row.drop) : format::kAbsent;
}

constexpr int kHeadlineColumn = 1;

const Column kColumns[] = {
    {QT_TRANSLATE_NOOP("VariantColumns", "Variant"), [](const VariantRow& row) { return row.name; }},
    {QT_TRANSLATE_NOOP("VariantColumns", "Accuracy"), headlineValue},
    {QT_TRANSLATE_NOOP("VariantColumns", "Change"), change},
    {QT_TRANSLATE_NOOP("VariantColumns", "Latency ms"),
     [](const VariantRow& row) { return format::duration(row.variant.latency_ms); }},
    {QT_TRANSLATE_NOOP("VariantColumns", "Size"),
     [](const VariantRow& row) { return format::bytes(row.variant.model_bytes); }},
};

}  // namespace

VariantTableModel::VariantTableModel(ViewState& state, QObject* parent)
    : QAbstractTableModel(parent), state_(state) {
    connect(&state_, &ViewState::variantsChanged, this, [this] {
        beginResetModel();
        endResetModel();
    });
}

int VariantTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(state_.variants().size());
}

int VariantTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(std::size(kColumns));
}

QVariant VariantTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    const VariantRow& row = state_.variants()[static_cast<size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return kColumns[index.column()].text(row);
        case Qt::ToolTipRole:
            return toolTip(row);
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter | (index.column() == 0 ? Qt::AlignLeft : Qt::AlignRight));
        case Qt::FontRole: {
            QFont font;
            font.setBold(row.id == state_.currentVariant());
            return font;
        }
        case IdRole:
            return row.id;
        default:
            return {};
    }
}

QVariant VariantTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant(Qt::AlignVCenter | (section == 0 ? Qt::AlignLeft : Qt::AlignRight));
    }
    if (role == Qt::DisplayRole && section == kHeadlineColumn) {
        return headlineTitle();
    }
    return role == Qt::DisplayRole
               ? QVariant(QCoreApplication::translate("VariantColumns", kColumns[section].title))
               : QVariant();
}

QString VariantTableModel::toolTip(const VariantRow& row) const {
    QStringList lines = {tr("%1: speed-up %2, %n layer(s) in FP32", nullptr, row.floatLayers)
                             .arg(row.name, format::ratio(row.speedup))};
    if (const auto headline = metrics::headline(row.variant)) {
        QString line = metrics::title(headline->metric) + QLatin1Char(' ') +
                       metrics::value(headline->value, headline->unit);
        if (headline->low && headline->high) {
            line = tr("%1 (95 % interval %2, %3 samples)")
                       .arg(line, metrics::interval(*headline), format::integer(headline->samples));
        }
        lines << line;
    }
    if (row.drop) {
        lines << metrics::sentence(*row.drop);
    }
    return lines.join(QLatin1Char('\n'));
}

/// Of the current variant's headline, or of the last one's.
QString VariantTableModel::headlineTitle() const {
    const auto& all = state_.variants();
    const VariantRow* shown = state_.findVariant(state_.currentVariant());
    if (!shown && !all.empty()) {
        shown = &all.back();
    }
    const auto headline = shown ? metrics::headline(shown->variant) : std::nullopt;
    return headline ? metrics::titleWithUnit(headline->metric, headline->unit)
                    : QCoreApplication::translate("VariantColumns", kColumns[kHeadlineColumn].title);
}

int VariantTableModel::rowOf(const QString& id) const {
    for (int i = 0; i < rowCount(); ++i) {
        if (state_.variants()[static_cast<size_t>(i)].id == id) {
            return i;
        }
    }
    return -1;
}

}  // namespace qs
