#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "widgets/models/variant_profile.h"

namespace qs {

/// The steps of one inference and their times: a row a step. SortRole gives numbers, and text for names.
class ProfileTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { StepColumn, TimeColumn, ShareColumn, KindColumn, SpreadColumn, BytesColumn, ColumnCount };
    enum Role {
        SortRole = Qt::UserRole,
        LayerRole  ///< QString: the layer that the step belongs to, or empty
    };

    using QAbstractTableModel::QAbstractTableModel;

    /// Shares are percentages of `totalMs`; 0: there are none.
    void setRows(std::vector<ProfileRow> rows, double totalMs);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    QVariant sortKey(const ProfileRow& row, int column) const;
    static QString text(const QVariant& key, int column);

    std::vector<ProfileRow> rows_;
    double totalMs_ = 0;
};

}  // namespace qs
