#pragma once

#include <QWidget>

#include "widgets/models/class_table_model.h"
#include "widgets/models/confusion_table_model.h"
#include "widgets/models/view_state.h"

class QLabel;
class QTabWidget;
class QTableView;

namespace qs {

/// How each class fares in the current variant, and which classes are taken for which: two sortable tables.
class ClassPanel : public QWidget {
    Q_OBJECT
  public:
    explicit ClassPanel(ViewState& state, QWidget* parent = nullptr);
    QSize sizeHint() const override { return {420, 260}; }

  private:
    QTableView* makeTable(const char* name, QAbstractItemModel& model, int sortRole);
    void refresh();

    ViewState& state_;
    ClassTableModel* classes_;
    ConfusionTableModel* confusions_;
    QTabWidget* tabs_;
    QLabel* empty_;
    QLabel* leftOut_;
};

}  // namespace qs
