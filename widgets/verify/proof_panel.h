#pragma once

#include <QWidget>

#include "protocol/messages.h"
#include "widgets/models/view_state.h"
#include "widgets/verify/difference_table_model.h"

class QLabel;
class QPushButton;
class QTabWidget;
class QTableView;

namespace qs {

class FactGrid;
class KeyedSortProxy;

/// The last export, and whether the written file does what the engine does: the verdict, figures of both, and
/// the layers in LSB. Choosing a layer selects it, a double click asks for it. A new export or proof asks for
/// the panel to be seen.
class ProofPanel : public QWidget {
    Q_OBJECT
  public:
    explicit ProofPanel(ViewState& state, QWidget* parent = nullptr);
    QSize sizeHint() const override { return {420, 260}; }
    QTableView& table() const { return *table_; }

  private:
    QWidget* makeFigures();
    /// What was written, with its notes and what to do with it next.
    void showExport();
    void showProof();
    void buildTable();
    void showVerdict(const protocol::VerifyResult& result);
    void showFigures(const QString& file, const protocol::VerifyResult& result);
    void showLayers(const protocol::VerifyResult& result);
    void updateVisibility();
    void selectLayer(const QModelIndex& index);

    ViewState& state_;
    DifferenceTableModel* model_;
    KeyedSortProxy* proxy_;
    QLabel* verdict_;
    QTabWidget* tabs_;
    QTableView* table_;
    QLabel* empty_;
    FactGrid* agreement_ = nullptr;
    FactGrid* outputs_ = nullptr;
    FactGrid* departures_ = nullptr;
    FactGrid* notes_ = nullptr;
    FactGrid* export_ = nullptr;
    FactGrid* commands_ = nullptr;
    QPushButton* copy_ = nullptr;
    QString commandText_;  ///< as it is copied
};

}  // namespace qs
