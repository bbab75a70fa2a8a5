#pragma once

#include <QWidget>
#include <optional>

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
/// the layers in LSB. Choosing a layer selects it, a double click asks for it.
class ProofPanel : public QWidget {
    Q_OBJECT
  public:
    explicit ProofPanel(ViewState& state, QWidget* parent = nullptr);
    QSize sizeHint() const override { return {420, 260}; }

    /// What was written, with its notes and what to do with it next; none clears that.
    void setExport(const std::optional<protocol::ExportResult>& result);
    /// What verifying `file` found out; none clears that.
    void setProof(const QString& file, const std::optional<protocol::VerifyResult>& result);
    QTableView& table() const { return *table_; }

  private:
    QWidget* makeFigures();
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
    FactGrid* notes_ = nullptr;
    FactGrid* export_ = nullptr;
    FactGrid* commands_ = nullptr;
    QPushButton* copy_ = nullptr;
    QString commandText_;  ///< as it is copied
    bool exported_ = false;
    bool proved_ = false;
};

}  // namespace qs
