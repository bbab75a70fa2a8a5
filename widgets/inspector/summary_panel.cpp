#include "widgets/inspector/summary_panel.h"

#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QVBoxLayout>

#include "widgets/common/format.h"
#include "widgets/inspector/fact_grid.h"

namespace qs {
namespace {

QLabel* wrappedLabel(QWidget* parent, const char* name) {
    auto* label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->hide();
    return label;
}

FactGrid* block(QWidget* parent, const char* name, const QString& title) {
    auto* grid = new FactGrid(title, parent);
    grid->setObjectName(QLatin1String(name));
    return grid;
}

QString sizeRatio(const protocol::VariantResult& result) {
    if (result.fp32.model_bytes <= 0 || result.int8.model_bytes <= 0) {
        return format::kAbsent;
    }
    return format::ratio(static_cast<double>(result.fp32.model_bytes) /
                         static_cast<double>(result.int8.model_bytes));
}

QString joined(const std::vector<std::string>& texts, const QString& separator) {
    QStringList list;
    for (const auto& text : texts) {
        list << QString::fromStdString(text);
    }
    return list.join(separator);
}

}  // namespace

SummaryPanel::SummaryPanel(ViewState& state, QWidget* parent) : QScrollArea(parent), state_(state) {
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(8, 6, 8, 6);
    variantName_ = wrappedLabel(content, "variantName");
    outdated_ = wrappedLabel(content, "outdatedNote");
    outdated_->setText(tr(
        "The qconfigs in the table are not those that this was measured with. Calibrate to measure them."));
    notes_ = wrappedLabel(content, "variantNotes");
    QFont large = font();
    large.setBold(true);
    large.setPointSizeF(large.pointSizeF() * 1.15);
    variantName_->setFont(large);
    figures_ = block(content, "figures", tr("Figures"));
    layer_ = block(content, "layerFacts", tr("Selected layer"));
    measurement_ = block(content, "measurement", tr("Measured with"));
    model_ = block(content, "modelFacts", tr("Model"));
    for (QWidget* part : std::initializer_list<QWidget*>{variantName_, outdated_, figures_, notes_, layer_,
                                                         model_, measurement_}) {
        layout->addWidget(part);
    }
    layout->addStretch();
    setWidget(content);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    connect(&state_, &ViewState::selectedLayersChanged, this, &SummaryPanel::showLayer);
    connect(&state_, &ViewState::layersChanged, this, &SummaryPanel::showLayer);
}

void SummaryPanel::setModel(const std::optional<protocol::ModelInfo>& model) {
    if (!model) {
        model_->setRows({});
        return;
    }
    const QString path = QString::fromStdString(model->path);
    model_->setRows({
        {tr("File"), QFileInfo(path).fileName()},
        {tr("Folder"), QDir::toNativeSeparators(QFileInfo(path).absolutePath())},
        {tr("Format"), QString::fromStdString(model->format)},
        {tr("Input"), format::shape(model->input_shape)},
        {tr("Layers"), QString::number(model->layers.size())},
        {tr("Parameters"), format::count(model->parameters)},
        {tr("MACs"), format::count(model->macs)},
        {tr("File size"), format::bytes(model->model_bytes)},
    });
}

void SummaryPanel::setVariant(const QString& name, const protocol::VariantResult* result, bool outdated) {
    variantName_->setText(name);
    variantName_->setVisible(result != nullptr);
    outdated_->setVisible(result != nullptr && outdated);
    notes_->setVisible(result != nullptr && !result->notes.empty());
    if (!result) {
        figures_->setRows({});
        measurement_->setRows({});
        return;
    }
    notes_->setText(joined(result->notes, QStringLiteral("\n")));
    showFigures(*result);
    showMeasurement(*result);
}

void SummaryPanel::showFigures(const protocol::VariantResult& result) {
    const QString drop =
        result.accuracy_drop ? tr("%1 pt").arg(format::number(-*result.accuracy_drop, 2)) : format::kAbsent;
    figures_->setRows(
        {
            {tr("Top-1"), format::percent(result.fp32.top1), format::percent(result.int8.top1), drop},
            {tr("Latency"), format::milliseconds(result.fp32.latency_ms),
             format::milliseconds(result.int8.latency_ms), format::ratio(result.speedup)},
            {tr("Size"), format::bytes(result.fp32.model_bytes), format::bytes(result.int8.model_bytes),
             sizeRatio(result)},
            {tr("Same class"), QString(), format::percent(result.agreement), QString()},
        },
        {QString(), tr("FP32"), tr("INT8"), tr("change")});
}

void SummaryPanel::showMeasurement(const protocol::VariantResult& result) {
    const auto& with = result.measured;
    std::vector<QStringList> rows = {
        {tr("Data"), QString::fromStdString(with.data)},
        {tr("Samples"), tr("%1 for accuracy, %2 for calibration, %3 for errors")
                            .arg(format::integer(with.samples), format::integer(with.calib_samples),
                                 format::integer(with.error_samples))},
        {tr("CPU"), QString::fromStdString(with.cpu)},
        {tr("ISA"), QString::fromStdString(with.isa)},
        {tr("Threads"), QString::number(with.threads)},
        {tr("Runs"), QString::number(with.latency_runs)},
    };
    if (!result.skipped.empty()) {
        rows.push_back({tr("Skipped"), tr("%n sample(s) that could not be read", nullptr,
                                          static_cast<int>(result.skipped.size()))});
    }
    measurement_->setRows(rows);
}

void SummaryPanel::showLayer() {
    const QStringList& selected = state_.selectedLayers();
    const LayerRow* row = selected.isEmpty() ? nullptr : state_.findLayer(selected.first());
    if (!row) {
        layer_->setRows({});
        return;
    }
    std::vector<QStringList> rows = {
        {tr("Name"), row->name()},
        {tr("Op"), QString::fromStdString(row->info.op)},
        {tr("Contains"),
         row->info.fused.empty() ? format::kAbsent : joined(row->info.fused, QStringLiteral(", "))},
        {tr("Output"), format::shape(row->info.output_shape)},
        {tr("QConfig"), row->info.quantizable ? tr("%1, set for %2").arg(row->qconfig, row->ruleText)
                                              : tr("none: the op has no INT8 form")},
    };
    if (row->result) {
        rows.push_back({tr("Ran as"), QString::fromStdString(row->result->precision).toUpper()});
        rows.push_back({tr("Kernel"), QString::fromStdString(row->result->implementation)});
    }
    if (selected.size() > 1) {
        rows.push_back(
            {tr("Also"), tr("%n more layer(s) selected", nullptr, static_cast<int>(selected.size() - 1))});
    }
    layer_->setRows(rows);
}

}  // namespace qs
