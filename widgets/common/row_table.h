#pragma once

#include <QSortFilterProxyModel>
#include <QTableView>

namespace qs {

/// A table of whole rows that are read, one of which may be selected: no grid and no numbers, rows of one
/// line in alternating colours, texts as shownText() has them, and Tab leads on to the next widget.
void setUpRowTable(QTableView& table);

/// The same, showing `model` through `proxy`: in the model's order until a header is clicked, then by
/// `sortRole`.
void setUpSortedTable(QTableView& table, QSortFilterProxyModel& proxy, QAbstractItemModel& model,
                      int sortRole);

}  // namespace qs
