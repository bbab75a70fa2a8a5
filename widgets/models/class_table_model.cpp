#include "widgets/models/class_table_model.h"

#include <QCoreApplication>

#include "widgets/common/format.h"
#include "widgets/models/metrics.h"

namespace qs {
namespace {

QString nameOf(const protocol::ClassResult& result) {
    return result.name.empty() ? QCoreApplication::translate("Classes", "class %1").arg(result.index)
                               : QString::fromStdString(result.name);
}

QVariant numberOrNothing(const std::optional<double>& value) {
    return value ? QVariant(*value) : QVariant();
}

}  // namespace

QString className(const protocol::ClassReport& report, int64_t index) {
    if (index >= 0 && index < static_cast<int64_t>(report.classes.size())) {
        return nameOf(report.classes[static_cast<size_t>(index)]);
    }
    return nameOf({index, {}, 0, {}, {}, {}});
}

void ClassTableModel::setReports(std::optional<protocol::ClassReport> fp32,
                                 std::optional<protocol::ClassReport> int8) {
    beginResetModel();
    int8_ = int8 ? std::move(int8->classes) : std::vector<protocol::ClassResult>();
    fp32_ = fp32 ? std::move(fp32->classes) : std::vector<protocol::ClassResult>();
    if (fp32_.size() != int8_.size()) {
        fp32_.clear();
    }
    metric_ = int8 ? int8->metric : std::string();
    endResetModel();
}

int ClassTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(int8_.size());
}

int ClassTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

std::optional<double> ClassTableModel::fp32Value(int row) const {
    return fp32_.empty() ? std::nullopt : fp32_[static_cast<size_t>(row)].value;
}

QVariant ClassTableModel::sortKey(int row, int column) const {
    const protocol::ClassResult& result = int8_[static_cast<size_t>(row)];
    const std::optional<double> before = fp32Value(row);
    switch (column) {
        case SamplesColumn:
            return static_cast<qlonglong>(result.samples);
        case Fp32Column:
            return numberOrNothing(before);
        case Int8Column:
            return numberOrNothing(result.value);
        case ChangeColumn:
            return before && result.value ? QVariant(*result.value - *before) : QVariant();
        case IntervalColumn:
            return result.low && result.high ? QVariant(*result.high - *result.low) : QVariant();
        default:
            return nameOf(result);
    }
}

QString ClassTableModel::text(int row, int column) const {
    const protocol::ClassResult& result = int8_[static_cast<size_t>(row)];
    switch (column) {
        case NameColumn:
            return nameOf(result);
        case SamplesColumn:
            return format::integer(result.samples);
        case IntervalColumn:
            return result.low && result.high
                       ? tr("%1 to %2").arg(format::number(*result.low, 1), format::number(*result.high, 1))
                       : format::kAbsent;
        default: {
            const QVariant key = sortKey(row, column);
            return key.isValid() ? format::number(key.toDouble(), 2) : format::kAbsent;
        }
    }
}

QVariant ClassTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    switch (role) {
        case Qt::DisplayRole:
            return text(index.row(), index.column());
        case SortRole:
            return sortKey(index.row(), index.column());
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter |
                            (index.column() == NameColumn ? Qt::AlignLeft : Qt::AlignRight));
        default:
            return {};
    }
}

QVariant ClassTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant(Qt::AlignVCenter | (section == NameColumn ? Qt::AlignLeft : Qt::AlignRight));
    }
    if (role == Qt::ToolTipRole && section >= Fp32Column) {
        return metric_ == "mean_iou" ? tr("Intersection over union in percent") : tr("Accuracy in percent");
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
        case NameColumn:
            return tr("Class");
        case SamplesColumn:
            return metric_ == "mean_iou" ? tr("Pixels") : tr("Samples");
        case Fp32Column:
            return tr("FP32 %");
        case Int8Column:
            return tr("Variant %");
        case ChangeColumn:
            return tr("Change");
        default:
            return tr("95 %");
    }
}

}  // namespace qs
