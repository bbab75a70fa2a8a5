#include "widgets/models/layer_table_model.h"

#include <QCoreApplication>
#include <QFont>
#include <QFontDatabase>
#include <algorithm>

#include "widgets/common/describe.h"
#include "widgets/common/engine_text.h"
#include "widgets/common/format.h"

namespace qs {
namespace {

const LayerColumn& columnAt(int section) {
    return layerColumns()[static_cast<size_t>(section)];
}

QString translated(const char* text) {
    return QCoreApplication::translate("LayerColumns", text);
}

QFont cellFont(const LayerRow& row, const LayerColumn& column) {
    QFont font;
    if (column.numeric) {
        const qreal size = font.pointSizeF();
        font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
        font.setPointSizeF(size);
    }
    font.setBold(column.id == LayerColumnId::QConfig && row.isOverridden());
    return font;
}

}  // namespace

bool LayerTableModel::sameLayers(const std::vector<LayerRow>& rows) const {
    return std::equal(rows.begin(), rows.end(), rows_.begin(), rows_.end(),
                      [](const LayerRow& a, const LayerRow& b) { return a.info->name == b.info->name; });
}

void LayerTableModel::setRows(std::vector<LayerRow> rows) {
    if (!rows.empty() && sameLayers(rows)) {
        const auto same = [](const LayerRow& a, const LayerRow& b) { return a == b; };
        const auto [first, other] = std::mismatch(rows.begin(), rows.end(), rows_.begin(), same);
        if (first == rows.end()) {
            return;
        }
        const auto last = std::mismatch(rows.rbegin(), rows.rend(), rows_.rbegin(), same).first.base();
        const auto top = static_cast<int>(first - rows.begin());
        const auto end = static_cast<int>(last - rows.begin());
        rows_ = std::move(rows);
        emit dataChanged(index(top, 0), index(end - 1, columnCount() - 1));
        return;
    }
    beginResetModel();
    rows_ = std::move(rows);
    places_.clear();
    for (int row = rowCount() - 1; row >= 0; --row) {
        places_.insert(rows_[static_cast<size_t>(row)].name(), row);
    }
    endResetModel();
}

int LayerTableModel::rowOf(const QString& layer) const {
    return places_.value(layer, -1);
}

int LayerTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int LayerTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(layerColumns().size());
}

QString LayerTableModel::qconfigTip(const LayerRow& row) {
    if (!row.info->quantizable) {
        return tr("The engine has no INT8 form of %1: it runs in FP32.")
            .arg(QString::fromStdString(row.info->op));
    }
    if (!row.rule) {
        return tr("The engine has not said yet which rule wins.");
    }
    QStringList lines{row.rule->qconfig};
    if (!row.rule->ruleText.isEmpty()) {
        lines << tr("Set by rule %1: %2").arg(row.rule->rule + 1).arg(row.rule->ruleText);
    }
    lines << tr("Would run as %1").arg(row.rule->precision.toUpper());
    if (!row.rule->reason.isEmpty()) {
        lines << engineText(row.rule->reason.toStdString());
    }
    return lines.join(QLatin1Char('\n'));
}

QVariant LayerTableModel::toolTip(const LayerRow& row, const LayerColumn& column) const {
    if (column.id == LayerColumnId::QConfig) {
        return qconfigTip(row);
    }
    if (column.id == LayerColumnId::Precision && row.result) {
        QStringList lines;
        if (!row.result->implementation.empty()) {
            lines << tr("Ran on %1").arg(QString::fromStdString(row.result->implementation));
        }
        if (!row.result->reason.empty()) {
            lines << engineText(row.result->reason);
        }
        return lines.join(QLatin1Char('\n'));
    }
    if (column.id == LayerColumnId::Implementation && row.result) {
        return implementationTip(*row.result);
    }
    if (column.id == LayerColumnId::Bytes && row.result && row.result->bytes) {
        return format::integer(*row.result->bytes);
    }
    if (column.id == LayerColumnId::Parameters) {
        return format::integer(row.info->parameters);
    }
    if (column.id == LayerColumnId::Macs) {
        return format::integer(row.info->macs);
    }
    return column.numeric ? QVariant() : QVariant(column.text(row));
}

QString LayerTableModel::implementationTip(const protocol::LayerResult& result) {
    if (result.implementation.empty()) {
        return {};
    }
    QStringList lines{tr("Ran on %1").arg(QString::fromStdString(result.implementation))};
    if (!result.fp32_implementation.empty()) {
        lines << tr("In the FP32 network: %1").arg(QString::fromStdString(result.fp32_implementation));
    }
    if (!result.refusals.empty()) {
        lines << tr("Better ones that were refused, best first:") << describe::refusals(result);
    }
    return lines.join(QLatin1Char('\n'));
}

QVariant LayerTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const LayerRow& row = rows_[static_cast<size_t>(index.row())];
    const LayerColumn& column = columnAt(index.column());
    switch (role) {
        case Qt::DisplayRole:
        case Qt::EditRole:
            return column.text(row);
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter | (column.numeric ? Qt::AlignRight : Qt::AlignLeft));
        case Qt::FontRole:
            return cellFont(row, column);
        case Qt::ToolTipRole:
            return toolTip(row, column);
        case SortRole:
            return column.value(row);
        case LayerNameRole:
            return row.name();
        case SqnrRole:
            return layerColumns()[static_cast<size_t>(LayerColumnId::Sqnr)].value(row);
        default:
            return {};
    }
}

QVariant LayerTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) {
        return orientation == Qt::Vertical && role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    }
    const LayerColumn& column = columnAt(section);
    switch (role) {
        case Qt::DisplayRole:
            return translated(column.title);
        case Qt::ToolTipRole:
            return translated(column.tip);
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter | (column.numeric ? Qt::AlignRight : Qt::AlignLeft));
        default:
            return {};
    }
}

Qt::ItemFlags LayerTableModel::flags(const QModelIndex& index) const {
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid() && columnAt(index.column()).id == LayerColumnId::QConfig &&
        rows_[static_cast<size_t>(index.row())].info->quantizable) {
        flags |= Qt::ItemIsEditable;
    }
    return flags;
}

LayerFilterProxy::LayerFilterProxy(QObject* parent) : KeyedSortProxy(parent) {
    setSortRole(LayerTableModel::SortRole);
}

void LayerFilterProxy::setFilterText(const QString& text) {
    words_ = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

bool LayerFilterProxy::filterAcceptsRow(int row, const QModelIndex& parent) const {
    if (words_.isEmpty()) {
        return true;
    }
    const auto text = [&](LayerColumnId column) {
        return sourceModel()->index(row, static_cast<int>(column), parent).data().toString();
    };
    const QString haystack = text(LayerColumnId::Name) + QLatin1Char(' ') + text(LayerColumnId::Op) +
                             QLatin1Char(' ') + text(LayerColumnId::QConfig) + QLatin1Char(' ') +
                             text(LayerColumnId::Precision);
    return std::all_of(words_.begin(), words_.end(),
                       [&](const QString& word) { return haystack.contains(word, Qt::CaseInsensitive); });
}

}  // namespace qs
