#pragma once

#include <QWidget>

#include "widgets/models/finding_table_model.h"
#include "widgets/models/view_state.h"

class QLabel;
class QPushButton;
class QTableView;

namespace qs {

/// Why the current variant is not faster, in words. Choosing a finding selects its layer.
class FindingsPanel : public QWidget {
    Q_OBJECT
  public:
    explicit FindingsPanel(ViewState& state, QWidget* parent = nullptr);
    QSize sizeHint() const override { return {420, 260}; }
    QTableView& table() const { return *table_; }

  signals:
    /// A double click on a finding, or the button: show this layer.
    void layerRequested(const QString& layer);

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
};

}  // namespace qs
