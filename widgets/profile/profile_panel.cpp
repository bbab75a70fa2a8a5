#include "widgets/profile/profile_panel.h"

#include <QCoreApplication>
#include <QHeaderView>
#include <QLabel>
#include <QScrollArea>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/common/format.h"
#include "widgets/common/row_table.h"
#include "widgets/common/when_seen.h"
#include "widgets/inspector/fact_grid.h"
#include "widgets/panels/panel_types.h"

namespace qs {
namespace {

constexpr int kWidestStep = 200;
/// What the engine says where there are no counters; it speaks English.
constexpr const char* kNoEnergy = QT_TRANSLATE_NOOP("Profile", "not measurable on this machine");

FactGrid* block(QWidget* parent, const char* name, const QString& title) {
    auto* grid = new FactGrid(title, parent);
    grid->setObjectName(QLatin1String(name));
    return grid;
}

QString signedPercent(double percent) {
    return (percent < 0 ? QString() : QStringLiteral("+")) + format::number(percent, 1) +
           QStringLiteral("\u00a0%");
}

QString energy(const protocol::ProfileSummary& summary) {
    if (summary.energy_mj) {
        return ProfilePanel::tr("%1 mJ an inference, the whole processor package")
            .arg(format::number(*summary.energy_mj, *summary.energy_mj < 10 ? 2 : 1));
    }
    const std::string note = summary.energy_note.empty() ? kNoEnergy : summary.energy_note;
    return QCoreApplication::translate("Profile", note.c_str());
}

}  // namespace

ProfilePanel::ProfilePanel(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      model_(new ProfileTableModel(this)),
      proxy_(new KeyedSortProxy(this)),
      sum_(new QLabel(this)),
      tabs_(new QTabWidget(this)),
      table_(new QTableView(this)),
      empty_(new QLabel(this)),
      refresh_(new WhenSeen(*this, [this] { refresh(); })) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    sum_->setObjectName(QStringLiteral("profileSum"));
    sum_->setWordWrap(true);
    sum_->setContentsMargins(6, 4, 6, 4);
    tabs_->setObjectName(QStringLiteral("profileTabs"));
    tabs_->setDocumentMode(true);
    empty_->setObjectName(QStringLiteral("profileEmpty"));
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    empty_->setContentsMargins(12, 12, 12, 12);

    auto* totals = new QWidget;
    auto* facts = new QVBoxLayout(totals);
    facts->setContentsMargins(8, 6, 8, 6);
    time_ = block(totals, "profileTime", tr("Time of one inference"));
    resources_ = block(totals, "profileResources", tr("Memory, preparing, energy"));
    machine_ = block(totals, "profileMachine", tr("What this machine can do"));
    for (FactGrid* grid : {time_, resources_, machine_}) {
        facts->addWidget(grid);
    }
    facts->addStretch();
    auto* scroll = new QScrollArea;
    scroll->setWidget(totals);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);

    buildTable();
    tabs_->addTab(table_, tr("Steps"));
    tabs_->addTab(scroll, tr("Totals"));
    layout->addWidget(sum_);
    layout->addWidget(tabs_, 1);
    layout->addWidget(empty_, 1);
    connect(&state_, &ViewState::profileChanged, refresh_, &WhenSeen::request);
    connect(&state_, &ViewState::layersChanged, refresh_, &WhenSeen::request);
    connect(&state_, &ViewState::selectedLayersChanged, this, &ProfilePanel::selectFromState);
    refresh();
}

void ProfilePanel::buildTable() {
    table_->setObjectName(QStringLiteral("profileTable"));
    setUpSortedTable(*table_, *proxy_, *model_, ProfileTableModel::SortRole);
    table_->horizontalHeader()->setMinimumSectionSize(48);
    connect(table_, &QTableView::clicked, this, &ProfilePanel::selectLayer);
    connect(table_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &ProfilePanel::selectLayer);
    connect(table_, &QTableView::doubleClicked, this, [this](const QModelIndex& index) {
        if (const QString layer = layerAt(index); !layer.isEmpty()) {
            emit state_.layerRequested(layer);
        }
    });
}

QString ProfilePanel::layerAt(const QModelIndex& index) const {
    return index.data(ProfileTableModel::LayerRole).toString();
}

void ProfilePanel::selectLayer(const QModelIndex& index) {
    if (const QString layer = layerAt(index); !layer.isEmpty() && !syncing_) {
        state_.setSelectedLayers({layer});
    }
}

void ProfilePanel::refresh() {
    const auto& summary = state_.profile().summary;
    sum_->setVisible(summary.has_value());
    tabs_->setVisible(summary.has_value());
    empty_->setVisible(!summary);
    const VariantRow* current = state_.findVariant(state_.currentVariant());
    const bool measured =
        !state_.layers().empty() && state_.layers().front().result && !(current && current->measuring);
    empty_->setText(measured ? tr("This variant was measured without a profile.")
                             : tr("Where the time of an inference goes is shown here after Calibrate."));
    if (!summary) {
        model_->setRows({}, 0);
        return;
    }
    model_->setRows(makeProfileRows(state_.layers(), state_.profile()), summary->total_ms);
    table_->resizeColumnsToContents();
    table_->setColumnWidth(ProfileTableModel::StepColumn,
                           std::min(kWidestStep, table_->columnWidth(ProfileTableModel::StepColumn)));
    const auto gap = gapPercent(*summary);
    const QString sum = format::milliseconds(sumOfSteps(*summary));
    sum_->setText(gap ? tr("The steps add up to %1, the median of whole runs is %2: %3.")
                            .arg(sum, format::milliseconds(summary->total_ms), signedPercent(*gap))
                      : tr("The steps add up to %1.").arg(sum));
    showTotals();
    selectFromState();
}

void ProfilePanel::showTotals() {
    const protocol::ProfileSummary& summary = *state_.profile().summary;
    const auto share = [&](double ms) {
        return summary.total_ms > 0 ? format::number(100 * ms / summary.total_ms, 1) + QStringLiteral(" %")
                                    : QString();
    };
    const auto row = [&](const QString& name, double ms) {
        return QStringList{name, format::milliseconds(ms), share(ms)};
    };
    const auto gap = gapPercent(summary);
    time_->setRows({
        row(tr("Layers"), summary.layers_ms),
        row(tr("Boundaries"), summary.boundaries_ms),
        row(tr("Inputs and outputs"), summary.other_ms),
        row(tr("Sum"), sumOfSteps(summary)),
        row(tr("Median of whole runs"), summary.total_ms),
        {tr("Sum against the median"), format::signedMilliseconds(sumOfSteps(summary) - summary.total_ms),
         gap ? signedPercent(*gap) : QString()},
        row(tr("Profiler's overhead, taken out"), summary.overhead_ms),
    });
    const auto times = [](double part, double whole) {
        return whole > 0 ? QStringLiteral(" (%1)").arg(format::ratio(part / whole)) : QString();
    };
    resources_->setRows({
        {tr("Boundary steps"), tr("%1 quantize, %2 dequantize, %3 requantize, %4 reorder")
                                   .arg(summary.quantizes)
                                   .arg(summary.dequantizes)
                                   .arg(summary.requantizes)
                                   .arg(summary.reorders)},
        {tr("Needed at one time"), format::bytes(summary.live_bytes)},
        {tr("Arena"), format::bytes(summary.arena_bytes) + times(static_cast<double>(summary.arena_bytes),
                                                                 static_cast<double>(summary.live_bytes))},
        {tr("Preparing"), format::milliseconds(summary.prepare_ms)},
        {tr("Energy"), energy(summary)},
    });
    const auto& peaks = state_.profile().peaks;
    std::vector<QStringList> machine;
    if (peaks) {
        const auto rate = [](double value) {
            return ProfilePanel::tr("%1 GMAC/s").arg(format::number(value, 1));
        };
        const auto bandwidth = [](double value) {
            return ProfilePanel::tr("%1 GB/s").arg(format::number(value, 1));
        };
        machine = {{tr("INT8"), rate(peaks->int8_gmacs_per_s)},
                   {tr("FP32"), rate(peaks->fp32_gmacs_per_s)},
                   {tr("Memory"), bandwidth(peaks->memory_gb_per_s)},
                   {tr("Second-level cache"), bandwidth(peaks->cache_gb_per_s)},
                   {tr("Threads"), QString::number(peaks->threads)}};
    }
    machine_->setRows(machine);
}

void ProfilePanel::selectFromState() {
    const QStringList& selected = state_.selectedLayers();
    // A boundary that was clicked stays marked while its layer is the one selected.
    if (!selected.isEmpty() && selected.first() == layerAt(table_->currentIndex())) {
        table_->selectRow(table_->currentIndex().row());
        return;
    }
    table_->clearSelection();
    for (int row = 0; row < proxy_->rowCount() && !selected.isEmpty(); ++row) {
        const QModelIndex step = proxy_->index(row, ProfileTableModel::StepColumn);
        if (step.data(ProfileTableModel::SortRole).toString() == selected.first()) {
            syncing_ = true;
            table_->setCurrentIndex(step);
            syncing_ = false;
            return;
        }
    }
}

void register_profile_panel(PanelTypes& panels) {
    panels.add({"profileDock", QT_TRANSLATE_NOOP("Panels", "Profile"), PanelPlace::BottomLeft, 1, "Alt+3",
                makePanel<ProfilePanel>});
}

}  // namespace qs
