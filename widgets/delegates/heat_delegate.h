#pragma once

#include <QStyledItemDelegate>

namespace qs {

/// Draws the SQNR behind its number as a bar: long and blue where the layer is faithful, short and orange
/// where it is not. 0 dB is empty and 50 dB full, the same for every model, so that colours can be compared.
class HeatDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

}  // namespace qs
