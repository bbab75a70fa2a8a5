#include "widgets/classes/class_panel.h"

#include <QHeaderView>
#include <QLabel>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "widgets/common/format.h"
#include "widgets/common/row_table.h"
#include "widgets/panels/panel_types.h"

namespace qs {

ClassPanel::ClassPanel(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      classes_(new ClassTableModel(this)),
      confusions_(new ConfusionTableModel(this)),
      tabs_(new QTabWidget(this)),
      empty_(new QLabel(this)),
      leftOut_(new QLabel(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    tabs_->setObjectName(QStringLiteral("classTabs"));
    tabs_->setDocumentMode(true);
    QTableView* classes = makeTable("classTable", *classes_, ClassTableModel::SortRole);
    QTableView* confusions = makeTable("confusionTable", *confusions_, ConfusionTableModel::SortRole);
    tabs_->addTab(classes, tr("Classes"));
    tabs_->addTab(confusions, tr("Confusions"));
    confusions->sortByColumn(ConfusionTableModel::CountColumn, Qt::DescendingOrder);
    confusions->horizontalHeader()->setSectionResizeMode(ConfusionTableModel::DecisionColumn,
                                                         QHeaderView::Stretch);
    empty_->setObjectName(QStringLiteral("classesEmpty"));
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    empty_->setContentsMargins(12, 12, 12, 12);
    leftOut_->setObjectName(QStringLiteral("confusionsLeftOut"));
    leftOut_->setWordWrap(true);
    leftOut_->setContentsMargins(6, 2, 6, 2);
    layout->addWidget(tabs_, 1);
    layout->addWidget(leftOut_);
    layout->addWidget(empty_, 1);
    connect(&state_, &ViewState::variantsChanged, this, &ClassPanel::refresh);
    refresh();
}

QTableView* ClassPanel::makeTable(const char* name, QAbstractItemModel& model, int sortRole) {
    auto* proxy = new KeyedSortProxy(this);
    auto* table = new QTableView(this);
    table->setObjectName(QLatin1String(name));
    setUpSortedTable(*table, *proxy, model, sortRole);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setStretchLastSection(true);
    table->horizontalHeader()->setMinimumSectionSize(48);
    return table;
}

void ClassPanel::refresh() {
    const VariantRow* current = state_.findVariant(state_.currentVariant());
    const bool known = current && current->result->variant.classes;
    classes_->setReports(known ? current->result->fp32.classes : std::nullopt,
                         known ? current->result->variant.classes : std::nullopt);
    confusions_->setReports(known ? current->result->fp32.classes : std::nullopt,
                            known ? current->result->variant.classes : std::nullopt);
    const int64_t leftOut = known ? current->result->variant.classes->confusions_left_out : 0;
    leftOut_->setText(tr("%1 rarer confusions are left out.").arg(format::integer(leftOut)));
    leftOut_->setVisible(leftOut > 0);
    tabs_->setVisible(known);
    empty_->setVisible(!known);
    empty_->setText(current
                        ? tr("This variant was measured without classes: they need a classifier, or a model "
                             "of masks, and labelled data.")
                        : tr("How each class fares is shown here once a variant has been measured."));
}

void register_class_panel(PanelTypes& panels) {
    panels.add({"classDock", QT_TRANSLATE_NOOP("Panels", "Classes"), PanelPlace::BottomLeft, 3, "Alt+5",
                makePanel<ClassPanel>});
}

}  // namespace qs
