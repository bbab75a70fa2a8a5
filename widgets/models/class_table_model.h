#pragma once

#include <QAbstractTableModel>
#include <optional>

#include "protocol/messages.h"

namespace qs {

/// How each class fares in a variant and in FP32: a row a class. SortRole gives numbers, and text for names.
class ClassTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column {
        NameColumn,
        SamplesColumn,
        Fp32Column,
        Int8Column,
        ChangeColumn,
        IntervalColumn,
        ColumnCount
    };
    enum Role { SortRole = Qt::UserRole };

    using QAbstractTableModel::QAbstractTableModel;

    /// Absent reports are empty columns; the rows are those of `int8`.
    void setReports(std::optional<protocol::ClassReport> fp32, std::optional<protocol::ClassReport> int8);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    std::optional<double> fp32Value(int row) const;
    QVariant sortKey(int row, int column) const;
    QString text(int row, int column) const;

    std::vector<protocol::ClassResult> int8_;
    std::vector<protocol::ClassResult> fp32_;  ///< as many as int8_, or none
    std::string metric_;
};

/// "Trouser", or "class 3" where it has no name.
QString className(const protocol::ClassReport& report, int64_t index);

}  // namespace qs
