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
    table.horizontalHeader()->setResizeContentsPrecision(kRowsMeasured);
}

void setUpSortedTable(QTableView& table, KeyedSortProxy& proxy, QAbstractItemModel& model, int sortRole) {
    proxy.setSourceModel(&model);
    proxy.setSortRole(sortRole);
    table.setModel(&proxy);
    table.setSortingEnabled(true);
    table.sortByColumn(-1, Qt::AscendingOrder);
    setUpRowTable(table);
}

}  // namespace qs
