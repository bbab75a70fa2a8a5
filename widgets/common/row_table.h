#pragma once

#include <QTableView>

#include "widgets/models/keyed_sort_proxy.h"

namespace qs {

/// How many rows are asked how wide a column has to be: all of thousands would take too long.
inline constexpr int kRowsMeasured = 60;

/// A table of whole rows that are read, one of which may be selected: no grid and no numbers, rows of one
/// line in alternating colours, texts as shownText() has them, and Tab leads on to the next widget.
void setUpRowTable(QTableView& table);

/// The same, showing `model` through `proxy`: in the model's order until a header is clicked, then by
/// `sortRole`.
void setUpSortedTable(QTableView& table, KeyedSortProxy& proxy, QAbstractItemModel& model, int sortRole);

}  // namespace qs
