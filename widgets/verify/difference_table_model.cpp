#include "widgets/verify/difference_table_model.h"

#include <QFont>
#include <algorithm>

#include "widgets/common/format.h"
#include "widgets/verify/verdict_colors.h"

namespace qs {
namespace {

constexpr int kFirstOutAlpha = 60;

QVariant sortKey(const protocol::LayerDifference& layer, int column) {
    switch (column) {
        case DifferenceTableModel::LayerColumn:
            return QString::fromStdString(layer.name);
        case DifferenceTableModel::OpColumn:
            return QString::fromStdString(layer.op);
        case DifferenceTableModel::WithinColumn:
            return layer.within_one_percent;
        case DifferenceTableModel::WorstColumn:
            return layer.worst_lsb;
        case DifferenceTableModel::MeanColumn:
            return layer.mean_lsb;
        default:
            return layer.passed;
    }
}

bool isNumber(int column) {
    return column == DifferenceTableModel::WithinColumn || column == DifferenceTableModel::WorstColumn ||
           column == DifferenceTableModel::MeanColumn;
}

}  // namespace

void DifferenceTableModel::setResult(const protocol::VerifyResult& result) {
    beginResetModel();
    layers_ = result.layers;
    firstOut_ = result.first_layer_out;
    tolerance_ = result.layer_tolerance_percent;
    endResetModel();
}

int DifferenceTableModel::firstOut() const {
    const auto found = std::find_if(layers_.begin(), layers_.end(), [this](const auto& layer) {
        return !layer.passed && layer.name == firstOut_;
    });
    return found == layers_.end() ? -1 : static_cast<int>(found - layers_.begin());
}

int DifferenceTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(layers_.size());
}

int DifferenceTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString DifferenceTableModel::verdict(const protocol::LayerDifference& layer) const {
    if (layer.passed) {
        return tr("within tolerance");
    }
    return layer.name == firstOut_ ? tr("first out of tolerance") : tr("out of tolerance");
}

QString DifferenceTableModel::text(const protocol::LayerDifference& layer, int column) const {
    switch (column) {
        case LayerColumn:
            return QString::fromStdString(layer.name);
        case OpColumn:
            return QString::fromStdString(layer.op);
        case WithinColumn:
            return format::number(layer.within_one_percent, 2) + QStringLiteral("\u00a0%");
        case WorstColumn:
            return format::number(layer.worst_lsb, 1);
        case MeanColumn:
            return format::number(layer.mean_lsb, 4);
        default:
            return verdict(layer);
    }
}

QVariant DifferenceTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const protocol::LayerDifference& layer = layers_[static_cast<size_t>(index.row())];
    const bool first = index.row() == firstOut();
    switch (role) {
        case Qt::DisplayRole:
            return text(layer, index.column());
        case Qt::ToolTipRole:
            return tr("%1: %2\n%3 values compared, 1 LSB is %4")
                .arg(QString::fromStdString(layer.name), verdict(layer), format::integer(layer.values),
                     format::scientific(layer.scale));
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter | (isNumber(index.column()) ? Qt::AlignRight : Qt::AlignLeft));
        case Qt::FontRole: {
            QFont font;
            font.setBold(true);
            return first ? QVariant(font) : QVariant();
        }
        case Qt::BackgroundRole:
            return first ? QVariant(verdictColor(false, kFirstOutAlpha)) : QVariant();
        case LayerRole:
            return QString::fromStdString(layer.name);
        case SortRole:
            return sortKey(layer, index.column());
        case FirstOutRole:
            return first;
        default:
            return {};
    }
}

QVariant DifferenceTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant(Qt::AlignVCenter | (isNumber(section) ? Qt::AlignRight : Qt::AlignLeft));
    }
    if (role == Qt::ToolTipRole && section == WithinColumn) {
        return tr("Share of values that differ by at most 1 LSB, a step of the layer's own grid; at least "
                  "%1 % are wanted")
            .arg(format::number(tolerance_, 1));
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
        case LayerColumn:
            return tr("Layer");
        case OpColumn:
            return tr("Op");
        case WithinColumn:
            return tr("Within 1 LSB");
        case WorstColumn:
            return tr("Worst / LSB");
        case MeanColumn:
            return tr("Mean / LSB");
        default:
            return tr("Verdict");
    }
}

}  // namespace qs
