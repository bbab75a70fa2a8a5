#pragma once

#include <QAbstractTableModel>
#include <QTimer>
#include <vector>

#include "widgets/models/view_state.h"

namespace qs {

/// The jobs of a ViewState, the running one first. Times go on while there are any.
class JobTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { TitleColumn, ProgressColumn, TimeColumn, CancelColumn, kColumnCount };
    enum Role {
        IdRole = Qt::UserRole,  ///< qint64
        ProgressRole,           ///< per mille, -1 while unknown; invalid where the job waits
        CancellableRole,
    };

    explicit JobTableModel(ViewState& state, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    void follow();
    QString text(const JobRow& job, int column) const;

    ViewState& state_;
    std::vector<JobRow> rows_;
    QTimer clock_;
};

}  // namespace qs
