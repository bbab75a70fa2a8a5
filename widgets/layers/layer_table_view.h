#pragma once

#include <QTableView>

namespace qs {

/// A table whose rows stay selected when one of them is clicked in an editable cell, so that a double-click
/// edits the cell for all of them. Cells are edited elsewhere: see editRequested().
class LayerTableView : public QTableView {
    Q_OBJECT
  public:
    using QTableView::QTableView;

  signals:
    /// An editable cell was double-clicked, or F2 or Enter pressed in its row.
    void editRequested(const QModelIndex& index);

  protected:
    QItemSelectionModel::SelectionFlags selectionCommand(const QModelIndex& index,
                                                         const QEvent* event = nullptr) const override;
    bool edit(const QModelIndex& index, EditTrigger trigger, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    QModelIndex editableCell(const QModelIndex& index) const;
};

}  // namespace qs
