#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <vector>

#include "protocol/messages.h"

namespace qs {

/// How far the integer layers of an exported file are from the engine's, in LSB: a row a layer, in execution
/// order. The first layer that leaves tolerance is bold, tinted, and said to be the first.
class DifferenceTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { LayerColumn, OpColumn, WithinColumn, WorstColumn, MeanColumn, VerdictColumn, ColumnCount };
    enum Role {
        LayerRole = Qt::UserRole,  ///< QString
        SortRole,                  ///< what a column is sorted by
        FirstOutRole               ///< bool: the first layer that leaves tolerance
    };

    using QAbstractTableModel::QAbstractTableModel;

    void setResult(const protocol::VerifyResult& result);
    /// Row of the first layer that leaves tolerance, or -1.
    int firstOut() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    QString text(const protocol::LayerDifference& layer, int column) const;
    QString verdict(const protocol::LayerDifference& layer) const;

    std::vector<protocol::LayerDifference> layers_;
    std::string firstOut_;
    double tolerance_ = 0;  ///< percent of values
};

}  // namespace qs
