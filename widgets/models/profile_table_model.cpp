#include "widgets/models/profile_table_model.h"

#include "widgets/common/format.h"

namespace qs {
namespace {

bool isText(int column) {
    return column == ProfileTableModel::StepColumn || column == ProfileTableModel::KindColumn;
}

}  // namespace

void ProfileTableModel::setRows(std::vector<ProfileRow> rows, double totalMs) {
    beginResetModel();
    rows_ = std::move(rows);
    totalMs_ = totalMs;
    endResetModel();
}

int ProfileTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int ProfileTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ProfileTableModel::sortKey(const ProfileRow& row, int column) const {
    switch (column) {
        case KindColumn:
            return row.kind;
        case TimeColumn:
            return row.ms;
        case SpreadColumn:
            return row.spreadMs ? QVariant(*row.spreadMs) : QVariant();
        case ShareColumn:
            return totalMs_ > 0 ? QVariant(100 * row.ms / totalMs_) : QVariant();
        case BytesColumn:
            return row.bytes ? QVariant(static_cast<qlonglong>(*row.bytes)) : QVariant();
        default:
            return row.step;
    }
}

QString ProfileTableModel::text(const QVariant& key, int column) {
    if (!key.isValid()) {
        return format::kAbsent;
    }
    switch (column) {
        case TimeColumn:
        case SpreadColumn:
            return format::duration(key.toDouble());
        case ShareColumn:
            return format::number(key.toDouble(), 1);
        case BytesColumn:
            return format::bytes(key.toLongLong());
        default:
            return key.toString();
    }
}

QVariant ProfileTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const ProfileRow& row = rows_[static_cast<size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return text(sortKey(row, index.column()), index.column());
        case Qt::ToolTipRole:
            return index.column() == StepColumn ? QVariant(row.step) : QVariant();
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter | (isText(index.column()) ? Qt::AlignLeft : Qt::AlignRight));
        case SortRole:
            return sortKey(row, index.column());
        case LayerRole:
            return row.layer;
        default:
            return {};
    }
}

QVariant ProfileTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant(Qt::AlignVCenter | (isText(section) ? Qt::AlignLeft : Qt::AlignRight));
    }
    const bool tip = role == Qt::ToolTipRole;
    if (role != Qt::DisplayRole && !tip) {
        return {};
    }
    switch (section) {
        case StepColumn:
            return tip ? tr("A layer, a quantize, dequantize, requantize or reorder step, or the copies at "
                            "both ends")
                       : tr("Step");
        case KindColumn:
            return tip ? tr("Operation of the layer, or kind of the step") : tr("Kind");
        case TimeColumn:
            return tip ? tr("Median time in milliseconds, without the profiler's overhead") : tr("ms");
        case SpreadColumn:
            return tip ? tr("90th minus 10th percentile of the time, in milliseconds") : tr("Spread");
        case ShareColumn:
            return tip ? tr("Percentage of the median of whole runs") : tr("% of run");
        default:
            return tip ? tr("Bytes that the step reads and writes") : tr("Bytes");
    }
}

}  // namespace qs
