#pragma once

#include <QWidget>

#include "widgets/models/finding_table_model.h"
#include "widgets/models/view_state.h"

class QLabel;
class QPushButton;
class QTableView;

namespace qs {

class WhenSeen;

/// Why the current variant is not faster, in words. Choosing a finding selects its layer, a double
/// click or the button asks for it.
class FindingsPanel : public QWidget {
    Q_OBJECT
  public:
    explicit FindingsPanel(ViewState& state, QWidget* parent = nullptr);
    QSize sizeHint() const override { return {420, 260}; }
    QTableView& table() const { return *table_; }

  private:
    void buildTable();
    void refresh();
    void updateEmptyText();
    void selectLayer(const QModelIndex& index);
    void requestLayer(const QModelIndex& index);
    void updateButton();

    ViewState& state_;
    FindingTableModel* model_;
    QTableView* table_;
    QPushButton* show_;
    QLabel* empty_;
    WhenSeen* refresh_;
};

}  // namespace qs
