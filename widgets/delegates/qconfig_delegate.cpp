#include "widgets/delegates/qconfig_delegate.h"

#include <QComboBox>
#include <QTimer>
#include <algorithm>

#include "widgets/models/layer_table_model.h"
#include "widgets/models/rules.h"

namespace qs {

QWidget* QConfigDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem&,
                                       const QModelIndex& index) const {
    auto* combo = new QComboBox(parent);
    combo->setObjectName(QStringLiteral("qconfigEditor"));
    combo->addItem(tr("inherit (%1)").arg(index.data(LayerTableModel::InheritedRole).toString()), QString());
    for (const auto& preset : presets_) {
        combo->addItem(preset, preset);
    }
    combo->addItem(QLatin1String(kFloatQConfig), QLatin1String(kFloatQConfig));
    connect(combo, &QComboBox::activated, this, [this, combo] {
        auto* self = const_cast<QConfigDelegate*>(this);
        emit self->commitData(combo);
        emit self->closeEditor(combo);
    });
    return combo;
}

void QConfigDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const {
    auto* combo = qobject_cast<QComboBox*>(editor);
    combo->setCurrentIndex(std::max(0, combo->findData(index.data(LayerTableModel::OverrideRole))));
    QTimer::singleShot(0, combo, &QComboBox::showPopup);
}

void QConfigDelegate::setModelData(QWidget* editor, QAbstractItemModel* model,
                                   const QModelIndex& index) const {
    const QVariant chosen = qobject_cast<QComboBox*>(editor)->currentData();
    if (chosen != index.data(LayerTableModel::OverrideRole)) {
        model->setData(index, chosen);
    }
}

void QConfigDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                           const QModelIndex&) const {
    QRect rect = option.rect;
    rect.setWidth(std::max(rect.width(), editor->sizeHint().width()));
    editor->setGeometry(rect);
}

}  // namespace qs
