#pragma once

#include <QWidget>

#include "widgets/models/variant_table_model.h"

class QTableView;

namespace qs {

/// The list of variants. A click or the arrow keys pick one through ViewState::variantPicked(); a menu asks
/// for its rules or for its removal.
class VariantPanel : public QWidget {
    Q_OBJECT
  public:
    explicit VariantPanel(ViewState& state, QWidget* parent = nullptr);
    QTableView& table() const { return *table_; }
    QSize sizeHint() const override { return {420, 160}; }

  private:
    void selectCurrent();
    void showMenu(const QPoint& position);

    ViewState& state_;
    VariantTableModel* model_;
    QTableView* table_;
    bool syncing_ = false;
};

}  // namespace qs
