#include "widgets/rules/rule_table.h"

#include <QKeyEvent>

namespace qs {

void RuleTable::keyPressEvent(QKeyEvent* event) {
    const bool alt = event->modifiers().testFlag(Qt::AltModifier);
    switch (event->key()) {
        case Qt::Key_F2:
        case Qt::Key_Return:
        case Qt::Key_Enter:
            emit editRequested();
            return;
        case Qt::Key_Delete:
            emit removeRequested();
            return;
        case Qt::Key_Up:
        case Qt::Key_Down:
            if (alt) {
                emit moveRequested(event->key() == Qt::Key_Up ? -1 : 1);
                return;
            }
            break;
        default:
            break;
    }
    QTableView::keyPressEvent(event);
}

}  // namespace qs
