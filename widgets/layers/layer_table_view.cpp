#include "widgets/layers/layer_table_view.h"

#include <QMouseEvent>

namespace qs {

QItemSelectionModel::SelectionFlags LayerTableView::selectionCommand(const QModelIndex& index,
                                                                     const QEvent* event) const {
    const auto* mouse = dynamic_cast<const QMouseEvent*>(event);
    const bool plainClick =
        mouse && mouse->modifiers() == Qt::NoModifier && mouse->type() != QEvent::MouseMove;
    if (plainClick && index.flags().testFlag(Qt::ItemIsEditable) && selectionModel()->isSelected(index)) {
        return QItemSelectionModel::NoUpdate;
    }
    return QTableView::selectionCommand(index, event);
}

}  // namespace qs
