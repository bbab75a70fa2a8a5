#include "widgets/common/row_table.h"

#include <QHeaderView>

#include "widgets/common/shown_text.h"

namespace qs {

void setUpRowTable(QTableView& table) {
    constexpr int kRowPadding = 8;
    table.setItemDelegate(new ShownTextDelegate(&table));
    table.setSelectionBehavior(QAbstractItemView::SelectRows);
    table.setSelectionMode(QAbstractItemView::SingleSelection);
    table.setEditTriggers(QAbstractItemView::NoEditTriggers);
    table.setShowGrid(false);
    table.setWordWrap(false);
    table.setTabKeyNavigation(false);
    table.setAlternatingRowColors(true);
    table.setFrameShape(QFrame::NoFrame);
    table.verticalHeader()->hide();
    table.verticalHeader()->setDefaultSectionSize(table.fontMetrics().height() + kRowPadding);
    table.horizontalHeader()->setHighlightSections(false);
}

void setUpSortedTable(QTableView& table, QSortFilterProxyModel& proxy, QAbstractItemModel& model,
                      int sortRole) {
    proxy.setSourceModel(&model);
    proxy.setSortRole(sortRole);
    proxy.setSortLocaleAware(true);
    table.setModel(&proxy);
    table.setSortingEnabled(true);
    table.sortByColumn(-1, Qt::AscendingOrder);
    setUpRowTable(table);
}

}  // namespace qs
