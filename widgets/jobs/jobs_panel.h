#pragma once

#include <QWidget>

#include "widgets/jobs/job_table_model.h"

class QLabel;
class QTableView;

namespace qs {

/// What runs and what waits, with a button each that stops it (the Delete key stops the chosen one).
class JobsPanel : public QWidget {
    Q_OBJECT
  public:
    explicit JobsPanel(ViewState& state, QWidget* parent = nullptr);
    QSize sizeHint() const override { return {420, 260}; }
    QTableView& table() const { return *table_; }

  private:
    void buildTable();
    void showRows();
    void addButton(int row);
    void updateButtons();
    void cancelChosen();

    ViewState& state_;
    JobTableModel* model_;
    QTableView* table_;
    QLabel* empty_;
};

}  // namespace qs
