#include "widgets/models/confusion_table_model.h"

#include <map>
#include <utility>

#include "widgets/common/format.h"
#include "widgets/models/class_table_model.h"

namespace qs {

void ConfusionTableModel::setReports(const std::optional<protocol::ClassReport>& fp32,
                                     const std::optional<protocol::ClassReport>& int8) {
    beginResetModel();
    rows_.clear();
    std::map<std::pair<int64_t, int64_t>, int64_t> before;
    if (fp32) {
        for (const auto& cell : fp32->confusions) {
            before[{cell.label, cell.predicted}] = cell.count;
        }
    }
    const bool complete = fp32 && fp32->confusions_counted && fp32->confusions_left_out == 0;
    const auto countBefore = [&](const protocol::Confusion& cell) -> std::optional<int64_t> {
        const auto found = before.find({cell.label, cell.predicted});
        if (found != before.end()) {
            return found->second;
        }
        return complete ? std::optional<int64_t>(0) : std::nullopt;
    };
    if (int8) {
        for (const auto& cell : int8->confusions) {
            rows_.push_back({className(*int8, cell.label), className(*int8, cell.predicted), cell.count,
                             countBefore(cell)});
        }
    }
    endResetModel();
}

int ConfusionTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int ConfusionTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ConfusionTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount()) {
        return {};
    }
    const Row& row = rows_[static_cast<size_t>(index.row())];
    const bool isText = index.column() < CountColumn;
    if (role == Qt::TextAlignmentRole) {
        return QVariant(Qt::AlignVCenter | (isText ? Qt::AlignLeft : Qt::AlignRight));
    }
    if (role != Qt::DisplayRole && role != SortRole) {
        return {};
    }
    if (isText) {
        return index.column() == LabelColumn ? row.label : row.decision;
    }
    const std::optional<int64_t> count = index.column() == CountColumn ? row.count : row.fp32;
    if (role == SortRole) {
        return count ? QVariant(static_cast<qlonglong>(*count)) : QVariant();
    }
    return count ? format::integer(*count) : format::kAbsent;
}

QVariant ConfusionTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant(Qt::AlignVCenter | (section < CountColumn ? Qt::AlignLeft : Qt::AlignRight));
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
        case LabelColumn:
            return tr("Label");
        case DecisionColumn:
            return tr("Decision");
        case CountColumn:
            return tr("variant");
        default:
            return tr("FP32");
    }
}

}  // namespace qs
