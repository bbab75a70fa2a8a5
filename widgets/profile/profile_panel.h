#pragma once

#include <QWidget>

#include "widgets/models/profile_table_model.h"
#include "widgets/models/view_state.h"

class QLabel;
class QTabWidget;
class QTableView;

namespace qs {

class FactGrid;
class KeyedSortProxy;
class WhenSeen;

/// Where the time of one inference of the current variant goes: a sortable table of its steps, and what they
/// add up to against whole runs, with memory, preparing and energy. Follows and sets the selected layers;
/// a double click on a step asks for its layer.
class ProfilePanel : public QWidget {
    Q_OBJECT
  public:
    explicit ProfilePanel(ViewState& state, QWidget* parent = nullptr);
    QSize sizeHint() const override { return {420, 260}; }
    QTableView& table() const { return *table_; }

  private:
    void buildTable();
    void refresh();
    void showTotals();
    void selectFromState();
    void selectLayer(const QModelIndex& index);
    QString layerAt(const QModelIndex& index) const;

    ViewState& state_;
    ProfileTableModel* model_;
    KeyedSortProxy* proxy_;
    QLabel* sum_;
    QTabWidget* tabs_;
    QTableView* table_;
    FactGrid* time_;
    FactGrid* resources_;
    FactGrid* machine_;
    QLabel* empty_;
    WhenSeen* refresh_;
    bool syncing_ = false;  ///< the selection is being taken over from the state
};

}  // namespace qs
