#include "widgets/findings/findings_panel.h"
#include "widgets/common/row_table.h"
#include "widgets/common/when_seen.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>

#include "widgets/panels/panel_types.h"

namespace qs {

FindingsPanel::FindingsPanel(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      model_(new FindingTableModel(this)),
      table_(new QTableView(this)),
      show_(new QPushButton(tr("Show layer"), this)),
      empty_(new QLabel(this)),
      refresh_(new WhenSeen(*this, [this] { refresh(); })) {
    show_->setObjectName(QStringLiteral("findingShowLayer"));
    empty_->setObjectName(QStringLiteral("findingsEmpty"));
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    empty_->setContentsMargins(12, 12, 12, 12);
    auto* bottom = new QHBoxLayout;
    bottom->setContentsMargins(6, 4, 6, 4);
    bottom->addStretch();
    bottom->addWidget(show_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(table_, 1);
    layout->addWidget(empty_, 1);
    layout->addLayout(bottom);
    buildTable();
    connect(show_, &QPushButton::clicked, this, [this] { requestLayer(table_->currentIndex()); });
    connect(&state_, &ViewState::profileChanged, refresh_, &WhenSeen::request);
    connect(&state_, &ViewState::layersChanged, this, &FindingsPanel::updateEmptyText);
    refresh();
}

void FindingsPanel::buildTable() {
    table_->setObjectName(QStringLiteral("findingTable"));
    table_->setModel(model_);
    setUpRowTable(*table_);
    // Its texts have lines of their own, and what comes from a file is made presentable in them.
    table_->setItemDelegateForColumn(FindingTableModel::TextColumn, new QStyledItemDelegate(table_));
    table_->setWordWrap(true);
    table_->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    table_->horizontalHeader()->setSectionResizeMode(FindingTableModel::TextColumn, QHeaderView::Stretch);
    // The height of wrapped text follows the width of its column, once the header has settled.
    connect(table_->horizontalHeader(), &QHeaderView::sectionResized, table_,
            &QTableView::resizeRowsToContents, Qt::QueuedConnection);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& now) {
                selectLayer(now);
                updateButton();
            });
    connect(table_, &QTableView::clicked, this, &FindingsPanel::selectLayer);
    connect(table_, &QTableView::doubleClicked, this, &FindingsPanel::requestLayer);
}

void FindingsPanel::refresh() {
    const auto& findings = state_.profile().findings;
    model_->setFindings(findings);
    table_->resizeColumnToContents(FindingTableModel::SavingColumn);
    table_->resizeRowsToContents();
    table_->setVisible(!findings.empty());
    show_->setVisible(!findings.empty());
    empty_->setVisible(findings.empty());
    updateEmptyText();
    updateButton();
}

void FindingsPanel::updateEmptyText() {
    const VariantRow* current = state_.findVariant(state_.currentVariant());
    const bool measured =
        !state_.layers().empty() && state_.layers().front().result && !(current && current->measuring);
    empty_->setText(
        state_.profile().summary
            ? tr("Nothing was found that costs this variant accuracy or keeps it from being faster.")
        : measured
            ? tr("This variant was measured without a profile.")
            : tr("Where accuracy is lost, and why layers are not faster, is said here after Calibrate."));
}

void FindingsPanel::selectLayer(const QModelIndex& index) {
    if (const QString layer = index.data(FindingTableModel::LayerRole).toString(); !layer.isEmpty()) {
        state_.setSelectedLayers({layer});
    }
}

void FindingsPanel::requestLayer(const QModelIndex& index) {
    if (const QString layer = index.data(FindingTableModel::LayerRole).toString(); !layer.isEmpty()) {
        emit state_.layerRequested(layer);
    }
}

void FindingsPanel::updateButton() {
    const bool ofLayer = !table_->currentIndex().data(FindingTableModel::LayerRole).toString().isEmpty();
    show_->setEnabled(ofLayer);
    show_->setToolTip(ofLayer ? tr("Scroll the table of layers to it")
                              : tr("Choose a finding of a layer first."));
}

void register_findings_panel(PanelTypes& panels) {
    panels.add({"findingsDock", QT_TRANSLATE_NOOP("Panels", "Findings"), PanelPlace::BottomLeft, 2, "Alt+4",
                makePanel<FindingsPanel>});
}

}  // namespace qs
