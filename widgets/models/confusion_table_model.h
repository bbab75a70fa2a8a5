#pragma once

#include <QAbstractTableModel>
#include <optional>

#include "protocol/messages.h"

namespace qs {

/// What is taken for what, most frequent first. SortRole gives numbers, and text for names.
class ConfusionTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { LabelColumn, DecisionColumn, CountColumn, Fp32Column, ColumnCount };
    enum Role { SortRole = Qt::UserRole };

    using QAbstractTableModel::QAbstractTableModel;

    /// The rows are those of `int8`; a column says how often FP32 makes the same confusion.
    void setReports(const std::optional<protocol::ClassReport>& fp32,
                    const std::optional<protocol::ClassReport>& int8);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    struct Row {
        QString label;
        QString decision;
        int64_t count = 0;
        std::optional<int64_t> fp32;  ///< absent where FP32's are not known or not all known
    };
    std::vector<Row> rows_;
};

}  // namespace qs
