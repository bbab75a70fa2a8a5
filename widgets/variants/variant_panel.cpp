#include "widgets/variants/variant_panel.h"
#include "widgets/common/row_table.h"

#include <QHeaderView>
#include <QMenu>
#include <QTableView>
#include <QVBoxLayout>

#include "widgets/panels/panel_types.h"

namespace qs {

VariantPanel::VariantPanel(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      model_(new VariantTableModel(state, this)),
      table_(new QTableView(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(table_);
    table_->setObjectName(QStringLiteral("variantTable"));
    table_->setModel(model_);
    setUpRowTable(*table_);
    table_->setContextMenuPolicy(Qt::CustomContextMenu);
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    table_->horizontalHeader()->setMinimumSectionSize(44);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& now) {
                const QString id = now.data(VariantTableModel::IdRole).toString();
                if (!syncing_ && !id.isEmpty() && id != state_.currentVariant()) {
                    // Not from inside the selection model: the answer changes the table.
                    QMetaObject::invokeMethod(
                        this, [this, id] { emit state_.variantPicked(id); }, Qt::QueuedConnection);
                }
            });
    connect(table_, &QTableView::customContextMenuRequested, this, &VariantPanel::showMenu);
    connect(&state_, &ViewState::variantsChanged, this, &VariantPanel::selectCurrent);
    selectCurrent();
}

void VariantPanel::selectCurrent() {
    const int row = model_->rowOf(state_.currentVariant());
    if (row < 0) {
        return;
    }
    syncing_ = true;
    table_->selectRow(row);
    table_->scrollTo(model_->index(row, 0));
    syncing_ = false;
}

void VariantPanel::showMenu(const QPoint& position) {
    const QString id = table_->indexAt(position).data(VariantTableModel::IdRole).toString();
    if (id.isEmpty()) {
        return;
    }
    QMenu menu(this);
    menu.setObjectName(QStringLiteral("variantMenu"));
    menu.addAction(tr("Set the layers' qconfigs as in this variant"), this,
                   [&] { emit state_.variantRulesRequested(id); });
    if (const VariantRow* row = state_.findVariant(id); row && !row->missing.empty() && !row->measuring) {
        menu.addAction(tr("Measure what is missing"), this,
                       [&] { emit state_.variantCompletionRequested(id); });
    }
    menu.addAction(tr("Remove"), this, [&] { emit state_.variantRemovalRequested(id); });
    menu.exec(table_->viewport()->mapToGlobal(position));
}

void register_variant_panel(PanelTypes& panels) {
    panels.add({"variantDock", QT_TRANSLATE_NOOP("Panels", "Variants"), PanelPlace::RightBottom, 0, "Alt+2",
                makePanel<VariantPanel>});
}

}  // namespace qs
