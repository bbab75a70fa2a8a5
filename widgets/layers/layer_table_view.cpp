#include "widgets/layers/layer_table_view.h"

#include <QKeyEvent>
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

/// True: an editor takes it from here.
bool LayerTableView::edit(const QModelIndex& index, EditTrigger trigger, QEvent*) {
    if (!editTriggers().testFlag(trigger) || !index.flags().testFlag(Qt::ItemIsEditable)) {
        return false;
    }
    emit editRequested(index);
    return true;
}

void LayerTableView::keyPressEvent(QKeyEvent* event) {
    const bool asks =
        event->key() == Qt::Key_F2 || event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    const QModelIndex cell = asks ? editableCell(currentIndex()) : QModelIndex();
    if (cell.isValid()) {
        emit editRequested(cell);
    } else {
        QTableView::keyPressEvent(event);
    }
}

/// That of the index's row, whatever column is current.
QModelIndex LayerTableView::editableCell(const QModelIndex& index) const {
    for (int column = 0; index.isValid() && column < model()->columnCount(); ++column) {
        const QModelIndex cell = index.siblingAtColumn(column);
        if (cell.flags().testFlag(Qt::ItemIsEditable)) {
            return cell;
        }
    }
    return {};
}

}  // namespace qs
