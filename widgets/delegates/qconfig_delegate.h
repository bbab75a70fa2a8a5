#pragma once

#include <QStringList>
#include <QStyledItemDelegate>

namespace qs {

/// Edits LayerTableModel's QConfig column with a combo box: inherit, the presets, fp32. A choice is committed
/// at once.
class QConfigDelegate : public QStyledItemDelegate {
    Q_OBJECT
  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void setPresets(const QStringList& presets) { presets_ = presets; }

    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const override;

  private:
    QStringList presets_;
};

}  // namespace qs
