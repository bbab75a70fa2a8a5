#include "widgets/models/rule_table_model.h"

#include <QGuiApplication>
#include <QPalette>
#include <utility>

#include "widgets/common/format.h"
#include "widgets/common/problem_color.h"
#include "widgets/models/rules.h"

namespace qs {

void RuleTableModel::setRows(std::vector<RuleRow> rows) {
    if (rows == rows_) {
        return;
    }
    if (rows.size() == rows_.size()) {
        rows_ = std::move(rows);
        emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    rows_ = std::move(rows);
    endResetModel();
}

int RuleTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int RuleTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString RuleTableModel::text(const RuleRow& row, int column) {
    switch (column) {
        case KindColumn:
            return ruleKindTitle(QString::fromStdString(row.rule.match));
        case KeyColumn:
            return QString::fromStdString(row.rule.key);
        case QConfigColumn:
            return QString::fromStdString(protocol::textOf(row.rule.qconfig));
        case LayersColumn:
            return row.layers < 0 ? format::kAbsent : QString::number(row.layers);
        default:
            return row.problem;
    }
}

QString RuleTableModel::toolTip(const RuleRow& row, int column) {
    if (column == LayersColumn && row.layers == 0 && row.problem.isEmpty()) {
        return tr("Stronger rules, or later ones of the same kind, win all its layers.");
    }
    return row.problem.isEmpty() ? text(row, column) : row.problem;
}

QVariant RuleTableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const RuleRow& row = rows_[static_cast<size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return text(row, index.column());
        case Qt::ToolTipRole:
            return toolTip(row, index.column());
        case Qt::ForegroundRole:
            return row.problem.isEmpty() ? QVariant() : QVariant(problemColor(QGuiApplication::palette()));
        case Qt::TextAlignmentRole:
            return QVariant(Qt::AlignVCenter |
                            (index.column() == LayersColumn ? Qt::AlignRight : Qt::AlignLeft));
        default:
            return {};
    }
}

QVariant RuleTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical) {
        return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant(Qt::AlignVCenter | (section == LayersColumn ? Qt::AlignRight : Qt::AlignLeft));
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) {
        return {};
    }
    const bool title = role == Qt::DisplayRole;
    switch (section) {
        case KindColumn:
            return title ? tr("For")
                         : tr("The weakest kind is the whole model, the strongest a layer by name");
        case KeyColumn:
            return title ? tr("Which") : tr("The op, the pattern or the layer");
        case QConfigColumn:
            return title ? tr("QConfig") : tr("A preset and what differs from it");
        case LayersColumn:
            return title ? tr("Layers") : tr("Layers of the model that the rule wins");
        case ProblemColumn:
            return title ? tr("Problem") : tr("Why the rule cannot be used");
        default:
            return {};
    }
}

}  // namespace qs
