#include "widgets/layers/layer_panel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QCoreApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "widgets/common/format.h"
#include "widgets/common/row_table.h"
#include "widgets/common/shown_text.h"
#include "widgets/delegates/heat_delegate.h"
#include "widgets/layers/layer_table_view.h"
#include "widgets/models/rules.h"

namespace qs {
namespace {

/// Of columns whose texts may be long; they can be drawn wider.
constexpr std::pair<LayerColumnId, int> kWidest[] = {{LayerColumnId::Name, 240},
                                                     {LayerColumnId::Op, 116},
                                                     {LayerColumnId::QConfig, 200},
                                                     {LayerColumnId::Implementation, 170}};

int column(LayerColumnId id) {
    return static_cast<int>(id);
}

}  // namespace

LayerPanel::LayerPanel(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      model_(new LayerTableModel(this)),
      proxy_(new LayerFilterProxy(this)),
      filter_(new QLineEdit(this)),
      summary_(new QLabel(this)),
      table_(new LayerTableView(this)) {
    filter_->setObjectName(QStringLiteral("layerFilter"));
    filter_->setPlaceholderText(tr("Filter layers by name, op or qconfig"));
    filter_->setClearButtonEnabled(true);
    filter_->setMaximumWidth(360);
    summary_->setObjectName(QStringLiteral("layerSummary"));
    summary_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);

    auto* top = new QHBoxLayout;
    top->setContentsMargins(4, 4, 8, 0);
    top->addWidget(filter_, 2);
    top->addWidget(summary_, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addLayout(top);
    layout->addWidget(table_, 1);

    buildTable();
    buildColumnActions();
    connect(filter_, &QLineEdit::textChanged, this, [this](const QString& text) {
        proxy_->setFilterText(text);
        updateSummary();
    });
    connect(table_, &LayerTableView::editRequested, this, [this](const QModelIndex& index) {
        const QString layer = index.data(LayerTableModel::LayerNameRole).toString();
        const QStringList selected = editableSelection();
        if (editable_) {
            emit editRequested(selected.contains(layer) ? selected : QStringList{layer});
        }
    });
    connect(&state_, &ViewState::layersChanged, this, &LayerPanel::updateRows);
    connect(&state_, &ViewState::selectedLayersChanged, this, &LayerPanel::selectFromState);
    connect(&state_, &ViewState::layerRequested, this, &LayerPanel::showLayer);
    updateRows();
}

void LayerPanel::buildTable() {
    proxy_->setSourceModel(model_);
    table_->setObjectName(QStringLiteral("layerTable"));
    table_->setModel(proxy_);
    table_->setItemDelegate(new ShownTextDelegate(this));
    table_->setItemDelegateForColumn(column(LayerColumnId::Sqnr), new HeatDelegate(this));
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    table_->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    table_->setSortingEnabled(true);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->setWordWrap(false);
    table_->setTabKeyNavigation(false);
    table_->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->setContextMenuPolicy(Qt::CustomContextMenu);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setResizeContentsPrecision(kRowsMeasured);
    table_->horizontalHeader()->setSectionsMovable(true);
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    table_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    connect(table_->horizontalHeader(), &QHeaderView::sortIndicatorChanged, this, [this](int section) {
        QHeaderView& header = *table_->horizontalHeader();
        if (section >= 0) {
            header.resizeSection(section,
                                 std::max(header.sectionSize(section), header.sectionSizeHint(section)));
        }
    });
    // -1: execution order, until a header is clicked.
    table_->sortByColumn(-1, Qt::AscendingOrder);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &LayerPanel::selectionToState);
    connect(table_, &QTableView::customContextMenuRequested, this, &LayerPanel::showMenu);
}

QTableView& LayerPanel::table() const {
    return *table_;
}

void LayerPanel::updateRows() {
    const bool firstRows = model_->rowCount() == 0;
    // Without qconfigs, without figures, without times, with all: each needs other widths.
    const auto shown = [this] {
        const LayerRow* row = model_->rowCount() > 0 ? &model_->rows().front() : nullptr;
        const int figures = !row || !row->result ? 0 : row->result->variant_ms ? 2 : 1;
        return std::pair(figures, row && row->rule);
    };
    const auto former = shown();
    const bool reset = model_->rowCount() != static_cast<int>(state_.layers().size());
    syncing_ = true;
    model_->setRows(state_.layers());
    syncing_ = false;
    if (firstRows || reset || shown().first != former.first || shown().second > former.second) {
        fitColumns();
    }
    updateSummary();
    selectFromState();
}

void LayerPanel::fitColumns() {
    // Room for the sort indicator is made where it comes to stand, not in every column.
    QHeaderView& header = *table_->horizontalHeader();
    header.setSortIndicatorShown(false);
    table_->resizeColumnsToContents();
    header.setSortIndicatorShown(true);
    for (const auto& [id, widest] : kWidest) {
        limitWidth(column(id));
    }
}

void LayerPanel::limitWidth(int section) {
    for (const auto& [id, widest] : kWidest) {
        if (column(id) == section && !table_->isColumnHidden(section)) {
            table_->setColumnWidth(section, std::min(widest, table_->columnWidth(section)));
        }
    }
}

void LayerPanel::buildColumnActions() {
    for (const auto& shown : layerColumns()) {
        if (shown.id == LayerColumnId::Name) {
            continue;
        }
        auto* action = new QAction(QCoreApplication::translate("LayerColumns", shown.title), this);
        action->setObjectName(QLatin1String("column_") + QLatin1String(shown.key));
        action->setToolTip(QCoreApplication::translate("LayerColumns", shown.tip));
        action->setData(column(shown.id));
        action->setCheckable(true);
        action->setChecked(shown.shown);
        table_->setColumnHidden(column(shown.id), !shown.shown);
        connect(action, &QAction::toggled, this,
                [this, id = column(shown.id)](bool checked) { setColumnShown(id, checked); });
        columnActions_ << action;
    }
    QHeaderView& header = *table_->horizontalHeader();
    header.addActions(columnActions_);
    header.setContextMenuPolicy(Qt::ActionsContextMenu);
}

void LayerPanel::setColumnShown(int section, bool shown) {
    table_->setColumnHidden(section, !shown);
    if (shown) {
        table_->resizeColumnToContents(section);
        limitWidth(section);
    }
}

QStringList LayerPanel::changedColumns() const {
    QStringList keys;
    for (const QAction* action : columnActions_) {
        const LayerColumn& shown = layerColumns()[static_cast<size_t>(action->data().toInt())];
        if (action->isChecked() != shown.shown) {
            keys << QLatin1String(shown.key);
        }
    }
    return keys;
}

void LayerPanel::setChangedColumns(const QStringList& keys) {
    for (QAction* action : columnActions_) {
        const LayerColumn& shown = layerColumns()[static_cast<size_t>(action->data().toInt())];
        action->setChecked(keys.contains(QLatin1String(shown.key)) != shown.shown);
    }
}

void LayerPanel::showLayer(const QString& layer) {
    const int row = model_->rowOf(layer);
    if (row < 0) {
        return;
    }
    if (!proxy_->mapFromSource(model_->index(row, 0)).isValid()) {
        filter_->clear();
    }
    state_.setSelectedLayers({layer});
    const QModelIndex index = proxy_->mapFromSource(model_->index(row, 0));
    table_->selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
    table_->scrollTo(index, QAbstractItemView::PositionAtCenter);
    table_->setFocus();
}

void LayerPanel::updateSummary() {
    const auto& rows = model_->rows();
    const auto restored = std::count_if(rows.begin(), rows.end(), [](const LayerRow& row) {
        return row.info->quantizable && row.rule && row.rule->qconfig == QLatin1String(kFloatQConfig);
    });
    QString text = tr("%n layer(s)", nullptr, static_cast<int>(rows.size()));
    if (proxy_->rowCount() != model_->rowCount()) {
        text = tr("%1 of %2 layers shown").arg(proxy_->rowCount()).arg(model_->rowCount());
    }
    if (restored > 0) {
        text += tr(", %n set to FP32", nullptr, static_cast<int>(restored));
    }
    summary_->setText(rows.empty() ? QString() : text);
}

void LayerPanel::selectFromState() {
    std::vector<int> wanted;
    for (const auto& layer : state_.selectedLayers()) {
        const QModelIndex index = proxy_->mapFromSource(model_->index(model_->rowOf(layer), 0));
        if (index.isValid()) {
            wanted.push_back(index.row());
        }
    }
    std::sort(wanted.begin(), wanted.end());
    if (selectedRows() == wanted) {
        return;
    }
    // Neighbours as one range: a selection of many is slow.
    QItemSelection selection;
    for (size_t i = 0; i < wanted.size();) {
        size_t end = i + 1;
        while (end < wanted.size() && wanted[end] == wanted[end - 1] + 1) {
            ++end;
        }
        selection.append({proxy_->index(wanted[i], 0), proxy_->index(wanted[end - 1], 0)});
        i = end;
    }
    syncing_ = true;
    table_->selectionModel()->select(selection,
                                     QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    if (!selection.isEmpty()) {
        const QModelIndex first = selection.first().topLeft();
        table_->selectionModel()->setCurrentIndex(first, QItemSelectionModel::NoUpdate);
        table_->scrollTo(first);
    }
    syncing_ = false;
}

/// In the order in which they are shown.
std::vector<int> LayerPanel::selectedRows() const {
    std::vector<int> rows;
    for (const QItemSelectionRange& range : table_->selectionModel()->selection()) {
        for (int row = range.top(); row <= range.bottom(); ++row) {
            rows.push_back(row);
        }
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    return rows;
}

void LayerPanel::selectionToState() {
    if (syncing_) {
        return;
    }
    QStringList layers;
    for (const int row : selectedRows()) {
        layers << proxy_->index(row, 0).data(LayerTableModel::LayerNameRole).toString();
    }
    state_.setSelectedLayers(layers);
}

QStringList LayerPanel::editableSelection() const {
    QStringList layers;
    for (const auto& name : state_.selectedLayers()) {
        const LayerRow* row = state_.findLayer(name);
        if (row && row->info->quantizable) {
            layers << name;
        }
    }
    return layers;
}

void LayerPanel::showMenu(const QPoint& position) {
    const QStringList layers = editableSelection();
    QMenu menu(this);
    menu.setObjectName(QStringLiteral("layerMenu"));
    const auto add = [&](QMenu& to, const QString& text, bool enabled, auto action) {
        QAction* entry = to.addAction(text, this, action);
        entry->setEnabled(enabled);
    };
    const bool edit = editable_ && !layers.isEmpty();
    const std::optional<double> cost = restoreCost(state_.layers(), layers);
    const QString restore =
        cost ? tr("Restore to FP32 and measure: about %1").arg(format::signedMilliseconds(*cost))
             : tr("Restore to FP32 and measure");
    add(menu, restore, edit, [&] { emit restoreRequested(layers); });
    add(menu, tr("Edit qconfig..."), edit, [&] { emit editRequested(layers); });
    QMenu& presets = *menu.addMenu(tr("Set qconfig"));
    presets.setEnabled(edit);
    QStringList choices = presets_;
    choices << QLatin1String(kFloatQConfig);
    for (const auto& preset : choices) {
        add(presets, preset, true, [this, layers, preset] { emit overrideRequested(layers, preset); });
    }
    add(menu, tr("Clear override"), edit, [&] { emit overrideRequested(layers, QString()); });
    menu.addSeparator();
    add(menu, tr("Copy as CSV"), model_->rowCount() > 0, [this] { copyCsv(); });
    menu.exec(table_->viewport()->mapToGlobal(position));
}

QString LayerPanel::asCsv() const {
    const bool several = state_.selectedLayers().size() > 1;
    std::vector<LayerRow> rows;
    for (int i = 0; i < proxy_->rowCount(); ++i) {
        const int row = proxy_->mapToSource(proxy_->index(i, 0)).row();
        const LayerRow& layer = model_->rows()[static_cast<size_t>(row)];
        if (!several || state_.isSelected(layer.name())) {
            rows.push_back(layer);
        }
    }
    return layersAsCsv(rows);
}

void LayerPanel::copyCsv() const {
    QApplication::clipboard()->setText(asCsv());
}

}  // namespace qs
