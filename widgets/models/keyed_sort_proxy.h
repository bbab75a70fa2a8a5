#pragma once

#include <QCollatorSortKey>
#include <QSortFilterProxyModel>
#include <optional>
#include <vector>

namespace qs {

/// Sorts by sortRole(): numbers by value, texts as the locale has them, absent values last in either order.
/// What is compared is asked of the model once a row, not once a comparison.
class KeyedSortProxy : public QSortFilterProxyModel {
    Q_OBJECT
  public:
    using QSortFilterProxyModel::QSortFilterProxyModel;
    void setSourceModel(QAbstractItemModel* model) override;

  protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

  private:
    struct Key {
        bool isAbsent = true;
        double number = 0;
        std::optional<QCollatorSortKey> text;
    };

    const Key& keyOf(const QModelIndex& index) const;
    void forget() { keys_.clear(); }

    mutable std::vector<std::optional<Key>> keys_;  ///< by row of the source, of column_
    mutable int column_ = -1;
};

}  // namespace qs
