#pragma once

#include <QList>
#include <QStringList>
#include <QWidget>
#include <vector>

#include "widgets/models/layer_table_model.h"
#include "widgets/models/view_state.h"

class QAction;
class QLabel;
class QLineEdit;
class QTableView;

namespace qs {

class LayerTableView;

/// The layer table with its filter. Follows and sets the ViewState's selection; edits and menu commands
/// concern all selected layers.
class LayerPanel : public QWidget {
    Q_OBJECT
  public:
    explicit LayerPanel(ViewState& state, QWidget* parent = nullptr);

    void setPresets(const QStringList& presets) { presets_ = presets; }
    /// Whether the rules may be edited and layers restored now.
    void setEditable(bool editable) { editable_ = editable; }
    QTableView& table() const;
    /// The rows in the order in which they are shown, or the selected ones of them if several are selected.
    QString asCsv() const;
    /// Checkable, one for each column that may be hidden; also the context menu of the table's header.
    const QList<QAction*>& columnActions() const { return columnActions_; }
    /// Keys of the columns that are shown or hidden against their default.
    QStringList changedColumns() const;
    void setChangedColumns(const QStringList& keys);
    /// Selects the layer and brings its row into sight, past a filter that hides it.
    void showLayer(const QString& layer);

  signals:
    /// An editor is wanted for the qconfig of these layers.
    void editRequested(const QStringList& layers);
    /// `qconfig` is a preset, "fp32", or empty to inherit.
    void overrideRequested(const QStringList& layers, const QString& qconfig);
    void restoreRequested(const QStringList& layers);

  private:
    void buildTable();
    void buildColumnActions();
    void setColumnShown(int column, bool shown);
    void limitWidth(int column);
    void fitColumns();
    void updateRows();
    void updateSummary();
    void selectFromState();
    void selectionToState();
    std::vector<int> selectedRows() const;
    void showMenu(const QPoint& position);
    QStringList editableSelection() const;
    void copyCsv() const;

    ViewState& state_;
    LayerTableModel* model_;
    LayerFilterProxy* proxy_;
    QLineEdit* filter_;
    QLabel* summary_;
    LayerTableView* table_;
    QList<QAction*> columnActions_;
    QStringList presets_;
    bool editable_ = true;
    bool syncing_ = false;  ///< the selection is being taken over from the state
};

}  // namespace qs
