#pragma once

#include <QAbstractTableModel>
#include <vector>

#include "widgets/models/view_state.h"

namespace qs {

/// The variants of a session, a row each in the order in which they were made; the current one is bold.
class VariantTableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Role { IdRole = Qt::UserRole };

    explicit VariantTableModel(ViewState& state, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    /// -1 if there is no such variant.
    int rowOf(const QString& id) const;

  private:
    void follow();
    /// Makes the rows those of the state, with as little news as that takes.
    void takeRows(const std::vector<VariantRow>& now);
    QString toolTip(const VariantRow& row) const;
    QString headlineTitle() const;

    ViewState& state_;
    std::vector<VariantRow> rows_;
    QString current_;
};

}  // namespace qs
