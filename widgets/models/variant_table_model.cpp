#include "widgets/models/variant_table_model.h"

#include <QCoreApplication>
#include <QFont>
#include <algorithm>
#include <utility>

#include "widgets/common/format.h"
#include "widgets/models/metrics.h"
#include "widgets/models/speedup.h"

namespace qs {
namespace {

struct Column {
    const char* title;
    QString (*text)(const VariantRow&);
};

const QString kToCome = QStringLiteral("\u2026");

bool isToCome(const VariantRow& row, const char* part) {
    return row.measuring && std::find(row.missing.begin(), row.missing.end(), part) != row.missing.end();
}

QString variantName(const VariantRow& row) {
    return row.missing.empty() || row.measuring
               ? row.name
               : QCoreApplication::translate("VariantColumns", "%1 (incomplete)").arg(row.name);
}

QString headlineValue(const VariantRow& row) {
    const auto headline = metrics::headline(row.result->variant);
    return isToCome(row, "accuracy") ? kToCome
           : headline                ? metrics::bareValue(headline->value, headline->unit)
                                     : format::kAbsent;
}

QString change(const VariantRow& row) {
    return isToCome(row, "accuracy") ? kToCome
           : row.result->drop        ? metrics::shortChange(*row.result->drop)
                                     : format::kAbsent;
}

QString latency(const VariantRow& row) {
    return isToCome(row, "latency") ? kToCome : format::duration(row.result->variant.latency_ms);
}

constexpr int kHeadlineColumn = 1;

const Column kColumns[] = {
    {QT_TRANSLATE_NOOP("VariantColumns", "Variant"), variantName},
    {QT_TRANSLATE_NOOP("VariantColumns", "Accuracy"), headlineValue},
    {QT_TRANSLATE_NOOP("VariantColumns", "Change"), change},
    {QT_TRANSLATE_NOOP("VariantColumns", "Latency ms"), latency},
    {QT_TRANSLATE_NOOP("VariantColumns", "Size"),
     [](const VariantRow& row) { return format::bytes(row.result->variant.model_bytes); }},
};

}  // namespace

VariantTableModel::VariantTableModel(ViewState& state, QObject* parent)
    : QAbstractTableModel(parent), state_(state) {
    connect(&state_, &ViewState::variantsChanged, this, &VariantTableModel::follow);
    follow();
}

void VariantTableModel::follow() {
    const QString title = headlineTitle();
    const QString former = std::exchange(current_, state_.currentVariant());
    takeRows(state_.variants());
    if (title != headlineTitle()) {
        emit headerDataChanged(Qt::Horizontal, kHeadlineColumn, kHeadlineColumn);
    }
    for (const QString& id : {former, current_}) {
        if (const int row = rowOf(id); row >= 0 && former != current_) {
            emit dataChanged(index(row, 0), index(row, columnCount() - 1));
        }
    }
}

void VariantTableModel::takeRows(const std::vector<VariantRow>& now) {
    const auto sameId = [](const VariantRow& a, const VariantRow& b) { return a.id == b.id; };
    const auto [before, after] = std::mismatch(rows_.begin(), rows_.end(), now.begin(), now.end(), sameId);
    const auto first = static_cast<int>(before - rows_.begin());
    if (before == rows_.end() && after == now.end()) {
        for (int row = 0; row < rowCount(); ++row) {
            VariantRow& shown = rows_[static_cast<size_t>(row)];
            if (const VariantRow& is = now[static_cast<size_t>(row)]; shown != is) {
                shown = is;
                emit dataChanged(index(row, 0), index(row, columnCount() - 1));
            }
        }
    } else if (before == rows_.end()) {
        beginInsertRows({}, first, static_cast<int>(now.size()) - 1);
        rows_ = now;
        endInsertRows();
    } else if (std::equal(before + 1, rows_.end(), after, now.end(), sameId)) {
        beginRemoveRows({}, first, first);
        rows_ = now;
        endRemoveRows();
    } else {
        beginResetModel();
        rows_ = now;
        endResetModel();
    }
}

int VariantTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int VariantTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(std::size(kColumns));
}

QVariant VariantTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    const VariantRow& row = rows_[static_cast<size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return kColumns[index.column()].text(row);
        case Qt::ToolTipRole:
            return toolTip(row);
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter | (index.column() == 0 ? Qt::AlignLeft : Qt::AlignRight));
        case Qt::FontRole: {
            QFont font;
            font.setBold(row.id == current_);
            font.setItalic(!row.missing.empty());
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
                             .arg(row.name, shortText(speedupOf(*row.result)))};
    if (const auto headline = metrics::headline(row.result->variant)) {
        QString line = metrics::title(headline->metric) + QLatin1Char(' ') +
                       metrics::value(headline->value, headline->unit);
        if (headline->low && headline->high) {
            line = tr("%1 (95 % interval %2, %3 samples)")
                       .arg(line, metrics::interval(*headline), format::integer(headline->samples));
        }
        lines << line;
    }
    if (row.result->drop) {
        lines << metrics::sentence(*row.result->drop);
    }
    if (row.measuring) {
        lines << tr("It is being measured.");
    } else if (!row.missing.empty()) {
        lines << tr("It was not measured to the end: the menu of its row measures what is missing.");
    }
    return lines.join(QLatin1Char('\n'));
}

/// Of the current variant's headline, or of the last one's.
QString VariantTableModel::headlineTitle() const {
    const int row = rowOf(current_);
    const VariantRow* shown = row >= 0        ? &rows_[static_cast<size_t>(row)]
                              : rows_.empty() ? nullptr
                                              : &rows_.back();
    const auto headline = shown ? metrics::headline(shown->result->variant) : std::nullopt;
    return headline ? metrics::titleWithUnit(headline->metric, headline->unit)
                    : QCoreApplication::translate("VariantColumns", kColumns[kHeadlineColumn].title);
}

int VariantTableModel::rowOf(const QString& id) const {
    const auto found =
        std::find_if(rows_.begin(), rows_.end(), [&](const VariantRow& row) { return row.id == id; });
    return found == rows_.end() ? -1 : static_cast<int>(found - rows_.begin());
}

}  // namespace qs
