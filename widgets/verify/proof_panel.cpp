#include "widgets/verify/proof_panel.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "protocol/verdict.h"
#include "widgets/common/format.h"
#include "widgets/common/row_table.h"
#include "widgets/common/shown_text.h"
#include "widgets/inspector/fact_grid.h"
#include "widgets/panels/panel_types.h"
#include "widgets/verify/verdict_colors.h"
#include "widgets/verify/verdict_text.h"

namespace qs {
namespace {

constexpr int kTint = 40;

/// A row each, numbered only by their order.
std::vector<QStringList> rowsOf(const std::vector<std::string>& lines) {
    std::vector<QStringList> rows;
    rows.reserve(lines.size());
    for (const std::string& line : lines) {
        rows.push_back({QStringLiteral("\u2022"), QString::fromStdString(line)});
    }
    return rows;
}

QString decibels(const std::optional<double>& value) {
    return value ? format::number(*value, 1) + QStringLiteral("\u00a0dB") : ProofPanel::tr("equal");
}

}  // namespace

ProofPanel::ProofPanel(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      model_(new DifferenceTableModel(this)),
      proxy_(new KeyedSortProxy(this)),
      verdict_(new QLabel(this)),
      tabs_(new QTabWidget(this)),
      table_(new QTableView(this)),
      empty_(new QLabel(tr("What was exported, and whether the file does what the engine does, is said here "
                           "after Export or Verify file."),
                        this)) {
    verdict_->setObjectName(QStringLiteral("proofVerdict"));
    verdict_->setTextFormat(Qt::PlainText);
    verdict_->setWordWrap(true);
    verdict_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    tabs_->setObjectName(QStringLiteral("proofTabs"));
    tabs_->setDocumentMode(true);
    empty_->setObjectName(QStringLiteral("proofEmpty"));
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    empty_->setContentsMargins(12, 12, 12, 12);
    buildTable();
    tabs_->addTab(makeFigures(), tr("Figures"));
    tabs_->addTab(table_, tr("Layers"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(verdict_);
    layout->addWidget(tabs_, 1);
    layout->addWidget(empty_, 1);
    connect(&state_, &ViewState::exportedChanged, this, [this] {
        showExport();
        if (state_.exported()) {
            emit state_.panelRequested(this);
        }
    });
    connect(&state_, &ViewState::proofChanged, this, &ProofPanel::showProof);
    connect(&state_, &ViewState::verified, this, [this] { emit state_.panelRequested(this); });
    showExport();
    showProof();
}

QWidget* ProofPanel::makeFigures() {
    auto* figures = new QWidget;
    auto* layout = new QVBoxLayout(figures);
    layout->setContentsMargins(8, 6, 8, 6);
    const auto block = [&](const char* name, const QString& title) {
        auto* grid = new FactGrid(title, figures);
        grid->setObjectName(QLatin1String(name));
        layout->addWidget(grid);
        return grid;
    };
    agreement_ = block("proofAgreement", tr("File and engine"));
    outputs_ = block("proofOutputs", tr("Differences of the outputs"));
    departures_ = block("proofDepartures", tr("Where the file, run whole, leaves the engine"));
    notes_ = block("proofNotes", tr("Notes of the verification"));
    export_ = block("proofExport", tr("Export"));
    commands_ = block("proofCommands", tr("What to do with it next"));
    copy_ = new QPushButton(tr("Copy commands"), figures);
    copy_->setObjectName(QStringLiteral("proofCopyCommands"));
    layout->addWidget(copy_, 0, Qt::AlignLeft);
    layout->addStretch();
    connect(copy_, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(commandText_); });
    auto* scroll = new QScrollArea;
    scroll->setWidget(figures);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    return scroll;
}

void ProofPanel::buildTable() {
    table_->setObjectName(QStringLiteral("proofTable"));
    setUpSortedTable(*table_, *proxy_, *model_, DifferenceTableModel::SortRole);
    connect(table_, &QTableView::clicked, this, &ProofPanel::selectLayer);
    connect(table_, &QTableView::doubleClicked, this, [this](const QModelIndex& index) {
        emit state_.layerRequested(index.data(DifferenceTableModel::LayerRole).toString());
    });
}

void ProofPanel::showExport() {
    const auto& result = state_.exported();
    const protocol::ExportResult shown = result.value_or(protocol::ExportResult());
    std::vector<QStringList> rows;
    if (result) {
        rows.push_back({tr("Target"), QString::fromStdString(shown.target)});
        rows.push_back({tr("Size"), format::bytes(shown.bytes)});
        for (const std::string& file : shown.files) {
            rows.push_back({tr("File"), QString::fromStdString(file)});
        }
        for (const std::string& note : shown.notes) {
            rows.push_back({tr("Note"), QString::fromStdString(note)});
        }
    }
    export_->setRows(rows);
    commands_->setRows(rowsOf(shown.commands));
    QStringList lines;
    for (const std::string& command : shown.commands) {
        lines << QString::fromStdString(command);
    }
    commandText_ = lines.join(QLatin1Char('\n'));
    copy_->setVisible(!shown.commands.empty());
    updateVisibility();
}

void ProofPanel::showProof() {
    const auto& proof = state_.proof();
    model_->setResult(proof ? proof->result : protocol::VerifyResult());
    if (proof) {
        showVerdict(proof->result);
        showFigures(proof->file, proof->result);
        showLayers(proof->result);
    } else {
        for (FactGrid* grid : {agreement_, outputs_, departures_, notes_}) {
            grid->setRows({});
        }
    }
    updateVisibility();
}

void ProofPanel::showVerdict(const protocol::VerifyResult& result) {
    const bool unconfirmed = result.passed && !protocol::isIndependent(result);
    const QString word = unconfirmed     ? tr("Checked by ourselves only; install onnxruntime-node")
                         : result.passed ? tr("\u2713 PASS")
                                         : tr("\u2717 FAIL");
    verdict_->setText(QStringLiteral("%1 \u2013 %2").arg(word, shownText(verdictText(result))));
    const QColor color = unconfirmed ? unconfirmedColor() : verdictColor(result.passed);
    verdict_->setStyleSheet(QStringLiteral("#proofVerdict { background: rgba(%1, %2, %3, %4); border: none; "
                                           "border-left: 4px solid rgb(%1, %2, %3); padding: 4px 6px; "
                                           "font-weight: bold; }")
                                .arg(color.red())
                                .arg(color.green())
                                .arg(color.blue())
                                .arg(kTint));
}

void ProofPanel::showFigures(const QString& file, const protocol::VerifyResult& result) {
    std::vector<QStringList> rows{{tr("File"), file}};
    rows.push_back(
        {tr("Opened by"),
         QString::fromStdString(result.runtime_version.empty() ? result.runtime : result.runtime_version)});
    if (!result.target.empty()) {
        rows.push_back({tr("Target"), QString::fromStdString(result.target)});
    }
    rows.push_back({tr("Samples"), format::integer(result.samples)});
    if (result.engine_top1 || result.file_top1) {
        rows.push_back(
            {tr("Top-1"), tr("engine %1, file %2")
                              .arg(format::percent(result.engine_top1), format::percent(result.file_top1))});
    }
    if (result.agreement) {
        rows.push_back(
            {tr("Agreement"), tr("%1 of samples get the same class").arg(format::percent(result.agreement))});
    }
    if (result.engine_ms || result.file_ms) {
        rows.push_back({tr("Latency"), tr("engine %1, file %2")
                                           .arg(format::milliseconds(result.engine_ms),
                                                format::milliseconds(result.file_ms))});
    }
    agreement_->setRows(rows);
    std::vector<QStringList> outputs;
    for (const protocol::OutputDifference& output : result.outputs) {
        outputs.push_back({QString::fromStdString(output.name), format::scientific(output.worst),
                           format::scientific(output.mean), decibels(output.sqnr_db)});
    }
    outputs_->setRows(outputs, {tr("Output"), tr("worst"), tr("mean"), tr("SQNR")});
    std::vector<QStringList> departures;
    for (const protocol::Departure& departure : result.departures) {
        const protocol::LayerDifference& step = departure.difference;
        const bool measured = step.values > 0;
        departures.push_back({QStringLiteral("%1 (%2)").arg(QString::fromStdString(step.name),
                                                            QString::fromStdString(step.op)),
                              departure.agrees_up_to.empty() ? tr("the inputs")
                                                             : QString::fromStdString(departure.agrees_up_to),
                              measured ? format::percent(departure.differing_percent) : QString(),
                              measured ? tr("%1 LSB").arg(format::number(step.worst_lsb, 1)) : QString(),
                              departureText(departure)});
    }
    departures_->setRows(departures, departures.empty()
                                         ? QStringList()
                                         : QStringList{tr("First to depart"), tr("agrees up to"),
                                                       tr("differ"), tr("worst"), tr("why")});
    notes_->setRows(rowsOf(result.notes));
}

void ProofPanel::showLayers(const protocol::VerifyResult& result) {
    tabs_->setTabText(1, tr("Layers (%1)").arg(result.layers.size()));
    table_->resizeColumnsToContents();
    if (model_->firstOut() < 0) {
        tabs_->setCurrentIndex(0);
        return;
    }
    tabs_->setTabVisible(1, true);
    tabs_->setCurrentIndex(1);
    // A table that was hidden knows its size only once it has been laid out.
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (const int first = model_->firstOut(); first >= 0) {
                table_->scrollTo(proxy_->mapFromSource(model_->index(first, 0)),
                                 QAbstractItemView::PositionAtCenter);
            }
        },
        Qt::QueuedConnection);
}

void ProofPanel::updateVisibility() {
    const bool any = state_.proof() || state_.exported();
    verdict_->setVisible(state_.proof().has_value());
    tabs_->setVisible(any);
    tabs_->setTabVisible(1, model_->rowCount() > 0);
    empty_->setVisible(!any);
}

void ProofPanel::selectLayer(const QModelIndex& index) {
    state_.setSelectedLayers({index.data(DifferenceTableModel::LayerRole).toString()});
}

void register_proof_panel(PanelTypes& panels) {
    panels.add({"proofDock", QT_TRANSLATE_NOOP("Panels", "Proof"), PanelPlace::BottomRight, 2, "Alt+6",
                makePanel<ProofPanel>});
}

}  // namespace qs
