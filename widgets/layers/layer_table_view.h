#pragma once

#include <QTableView>

namespace qs {

/// A table whose rows stay selected when one of them is clicked in an editable cell, so that a double-click
/// edits the cell for all of them.
class LayerTableView : public QTableView {
    Q_OBJECT
  public:
    using QTableView::QTableView;

  protected:
    QItemSelectionModel::SelectionFlags selectionCommand(const QModelIndex& index,
                                                         const QEvent* event = nullptr) const override;
};

}  // namespace qs
