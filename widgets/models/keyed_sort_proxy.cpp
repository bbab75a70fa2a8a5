#include "widgets/models/keyed_sort_proxy.h"

#include <QCollator>

namespace qs {

void KeyedSortProxy::setSourceModel(QAbstractItemModel* model) {
    if (QAbstractItemModel* former = sourceModel()) {
        former->disconnect(this);
    }
    forget();
    if (model) {
        // Before the proxy's own connections, which sort.
        connect(model, &QAbstractItemModel::dataChanged, this, &KeyedSortProxy::forget);
        connect(model, &QAbstractItemModel::modelReset, this, &KeyedSortProxy::forget);
        connect(model, &QAbstractItemModel::layoutChanged, this, &KeyedSortProxy::forget);
        connect(model, &QAbstractItemModel::rowsInserted, this, &KeyedSortProxy::forget);
        connect(model, &QAbstractItemModel::rowsRemoved, this, &KeyedSortProxy::forget);
    }
    QSortFilterProxyModel::setSourceModel(model);
}

const KeyedSortProxy::Key& KeyedSortProxy::keyOf(const QModelIndex& index) const {
    if (column_ != index.column()) {
        column_ = index.column();
        keys_.clear();
    }
    if (keys_.empty()) {
        keys_.resize(static_cast<size_t>(sourceModel()->rowCount()));
    }
    std::optional<Key>& key = keys_[static_cast<size_t>(index.row())];
    if (!key) {
        const QVariant value = index.data(sortRole());
        key.emplace();
        key->isAbsent = !value.isValid();
        if (value.typeId() == QMetaType::QString) {
            static const QCollator collator;
            key->text = collator.sortKey(value.toString());
        } else {
            key->number = value.toDouble();
        }
    }
    return *key;
}

bool KeyedSortProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const Key& a = keyOf(left);
    const Key& b = keyOf(right);
    if (a.isAbsent != b.isAbsent) {
        return a.isAbsent == (sortOrder() == Qt::DescendingOrder);
    }
    return a.text && b.text ? *a.text < *b.text : a.number < b.number;
}

}  // namespace qs
