#include "widgets/jobs/jobs_panel.h"

#include <QApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QShortcut>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/common/row_table.h"
#include "widgets/common/shown_text.h"
#include "widgets/panels/panel_types.h"

namespace qs {
namespace {

constexpr int kPerMille = 1000;

/// A bar with what the job is at; for one that waits, that it does.
class ProgressDelegate : public ShownTextDelegate {
  public:
    using ShownTextDelegate::ShownTextDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const QVariant progress = index.data(JobTableModel::ProgressRole);
        if (!progress.isValid()) {
            ShownTextDelegate::paint(painter, option, index);
            return;
        }
        QStyleOptionViewItem background = option;
        initStyleOption(&background, index);
        background.text.clear();
        const QWidget* view = option.widget;
        QStyle& style = view ? *view->style() : *QApplication::style();
        style.drawControl(QStyle::CE_ItemViewItem, &background, painter, view);
        QStyleOptionProgressBar bar;
        bar.rect = option.rect.adjusted(4, 3, -4, -3);
        bar.palette = option.palette;
        bar.fontMetrics = option.fontMetrics;
        bar.state = QStyle::State_Enabled | QStyle::State_Horizontal;
        bar.minimum = 0;
        bar.maximum = progress.toInt() < 0 ? 0 : kPerMille;
        bar.progress = std::max(0, progress.toInt());
        bar.text = option.fontMetrics.elidedText(displayText(index.data(), option.locale), Qt::ElideRight,
                                                 bar.rect.width() - 8);
        bar.textVisible = true;
        bar.textAlignment = Qt::AlignCenter;
        style.drawControl(QStyle::CE_ProgressBar, &bar, painter, view);
    }
};

}  // namespace

JobsPanel::JobsPanel(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      model_(new JobTableModel(state, this)),
      table_(new QTableView(this)),
      empty_(new QLabel(tr("What runs and what waits for its turn is listed here. Measuring, training, "
                           "exporting and verifying can be asked for one behind the other."),
                        this)) {
    empty_->setObjectName(QStringLiteral("jobsEmpty"));
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    empty_->setContentsMargins(12, 12, 12, 12);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(table_, 1);
    layout->addWidget(empty_, 1);
    buildTable();
    connect(model_, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex&, int first, int last) {
        for (int row = first; row <= last; ++row) {
            addButton(row);
        }
        showRows();
    });
    connect(model_, &QAbstractItemModel::rowsRemoved, this, &JobsPanel::showRows);
    connect(model_, &QAbstractItemModel::dataChanged, this, &JobsPanel::updateButtons);
    connect(&state_, &ViewState::jobsRequested, this, [this] { emit state_.panelRequested(this); });
    for (int row = 0; row < model_->rowCount(); ++row) {
        addButton(row);
    }
    showRows();
}

void JobsPanel::buildTable() {
    table_->setObjectName(QStringLiteral("jobTable"));
    table_->setModel(model_);
    setUpRowTable(*table_);
    table_->setItemDelegateForColumn(JobTableModel::ProgressColumn, new ProgressDelegate(table_));
    QHeaderView& header = *table_->horizontalHeader();
    header.setSectionResizeMode(QHeaderView::ResizeToContents);
    header.setSectionResizeMode(JobTableModel::TitleColumn, QHeaderView::Stretch);
    header.setSectionResizeMode(JobTableModel::ProgressColumn, QHeaderView::Stretch);
    auto* cancel = new QShortcut(QKeySequence::Delete, table_);
    cancel->setContext(Qt::WidgetWithChildrenShortcut);
    connect(cancel, &QShortcut::activated, this, &JobsPanel::cancelChosen);
}

void JobsPanel::showRows() {
    const bool any = model_->rowCount() > 0;
    table_->setVisible(any);
    empty_->setVisible(!any);
}

void JobsPanel::addButton(int row) {
    const QModelIndex index = model_->index(row, JobTableModel::CancelColumn);
    const qint64 id = index.data(JobTableModel::IdRole).toLongLong();
    auto* button = new QToolButton(table_);
    button->setObjectName(QStringLiteral("cancelJob%1").arg(id));
    button->setText(tr("Cancel"));
    button->setToolTip(tr("Stop this job. Nothing that was finished is lost."));
    connect(button, &QToolButton::clicked, this, [this, id] { emit state_.jobCancelRequested(id); });
    table_->setIndexWidget(index, button);
}

void JobsPanel::updateButtons() {
    for (int row = 0; row < model_->rowCount(); ++row) {
        const QModelIndex index = model_->index(row, JobTableModel::CancelColumn);
        if (QWidget* button = table_->indexWidget(index)) {
            button->setEnabled(index.data(JobTableModel::CancellableRole).toBool());
        }
    }
}

void JobsPanel::cancelChosen() {
    if (const QModelIndex chosen = table_->currentIndex(); chosen.isValid()) {
        emit state_.jobCancelRequested(chosen.data(JobTableModel::IdRole).toLongLong());
    }
}

void register_jobs_panel(PanelTypes& panels) {
    panels.add({"jobsDock", QT_TRANSLATE_NOOP("Panels", "Jobs"), PanelPlace::BottomMiddle, 3, "Alt+7",
                makePanel<JobsPanel>});
}

}  // namespace qs
