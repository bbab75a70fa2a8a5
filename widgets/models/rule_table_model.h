#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "protocol/messages.h"

namespace qs {

/// A rule, and what the engine says of it.
struct RuleRow {
    protocol::Rule rule;
    int layers = -1;  ///< that it wins; -1: not known
    QString problem;  ///< why it cannot be used; empty: it can

    bool operator==(const RuleRow&) const = default;
};

/// Rules in their order, a row each.
class RuleTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { KindColumn, KeyColumn, LayersColumn, QConfigColumn, ProblemColumn, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setRows(std::vector<RuleRow> rows);
    const std::vector<RuleRow>& rows() const { return rows_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    static QString text(const RuleRow& row, int column);
    static QString toolTip(const RuleRow& row, int column);

    std::vector<RuleRow> rows_;
};

}  // namespace qs
