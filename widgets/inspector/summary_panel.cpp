#include "widgets/inspector/summary_panel.h"

#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <utility>

#include "widgets/common/describe.h"
#include "widgets/common/format.h"
#include "widgets/inspector/fact_grid.h"
#include "widgets/models/metrics.h"
#include "widgets/models/speedup.h"
#include "widgets/panels/panel_types.h"

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
    if (result.fp32.model_bytes <= 0 || result.variant.model_bytes <= 0) {
        return format::kAbsent;
    }
    return format::ratio(static_cast<double>(result.fp32.model_bytes) /
                         static_cast<double>(result.variant.model_bytes));
}

QString joined(const std::vector<std::string>& texts, const QString& separator) {
    QStringList list;
    for (const auto& text : texts) {
        list << QString::fromStdString(text);
    }
    return list.join(separator);
}

/// A row each, named once.
void addTensors(std::vector<QStringList>& rows, const QString& title,
                const std::vector<protocol::TensorInfo>& tensors) {
    for (size_t i = 0; i < tensors.size(); ++i) {
        rows.push_back({i == 0 ? title : QString(), describe::tensor(tensors[i])});
    }
}

/// The headline and its number of samples, then the other metrics; each with its interval.
std::vector<QStringList> metricRows(const protocol::VariantResult& result) {
    std::vector<QStringList> rows;
    const auto headline = metrics::headline(result.variant);
    if (!headline) {
        return rows;
    }
    const auto add = [&](const protocol::MetricValue& metric) {
        const protocol::MetricValue* baseline = metrics::find(result.fp32, metric.metric);
        const auto row = [&](const QString& name, std::optional<double> protocol::MetricValue::*part) {
            rows.push_back({name, baseline ? metrics::value(baseline->*part, metric.unit) : QString(),
                            metrics::value(metric.*part, metric.unit), QString()});
        };
        row(metrics::title(metric.metric), &protocol::MetricValue::value);
        const std::optional<double> before = baseline                  ? baseline->value
                                             : metric.metric == "top1" ? result.fp32.top1
                                                                       : std::nullopt;
        if (before) {
            rows.back()[1] = metrics::value(before, metric.unit);
        }
        if (before && metric.value) {
            rows.back()[3] = metrics::difference(*metric.value - *before, metric.unit);
        }
        if (metric.low && metric.high) {
            row(SummaryPanel::tr("95 % from"), &protocol::MetricValue::low);
            row(SummaryPanel::tr("to"), &protocol::MetricValue::high);
        }
    };
    add(*headline);
    if (headline->samples > 0) {
        rows.push_back(
            {SummaryPanel::tr("Samples"), QString(), format::integer(headline->samples), QString()});
    }
    for (size_t i = 1; i < result.variant.metrics.size(); ++i) {
        add(result.variant.metrics[i]);
    }
    if (result.variant.metrics.empty() && result.agreement) {
        add({"agreement", {}, "%", result.agreement, {}, {}, 0});
    }
    return rows;
}

/// What ran a layer, why nothing better did, and how well it ran.
void addRun(std::vector<QStringList>& rows, const protocol::LayerResult& result) {
    const auto add = [&](const QString& name, const QString& text) {
        if (!text.isEmpty()) {
            rows.push_back({name, text});
        }
    };
    add(SummaryPanel::tr("Kernel"), QString::fromStdString(result.implementation));
    add(SummaryPanel::tr("Refused"), describe::refusals(result));
    add(SummaryPanel::tr("Kernel in FP32"), QString::fromStdString(result.fp32_implementation));
    if (result.gmacs_per_s && result.peak_percent) {
        add(SummaryPanel::tr("Rate"),
            SummaryPanel::tr("%1 GMAC/s, %2 % of the peak")
                .arg(format::number(*result.gmacs_per_s, 1), format::number(*result.peak_percent, 1)));
    }
    add(SummaryPanel::tr("Bound by"), describe::bound(result));
    if (result.bytes) {
        add(SummaryPanel::tr("Moves"), format::bytes(*result.bytes));
    }
    if (result.restore_ms) {
        const QString cost = format::signedMilliseconds(*result.restore_ms);
        add(SummaryPanel::tr("Restoring"),
            result.restore_uncertainty_ms
                ? SummaryPanel::tr("%1, give or take %2")
                      .arg(cost, format::milliseconds(result.restore_uncertainty_ms))
                : SummaryPanel::tr("about %1").arg(cost));
    }
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
    drop_ = wrappedLabel(content, "dropSentence");
    busy_ = wrappedLabel(content, "busySentence");
    measurement_ = block(content, "measurement", tr("Measured with"));
    model_ = block(content, "modelFacts", tr("Model"));
    modelNotes_ = wrappedLabel(content, "modelNotes");
    data_ = block(content, "dataFacts", tr("Data"));
    skipped_ = new QPushButton(content);
    skipped_->setObjectName(QStringLiteral("skippedButton"));
    skipped_->hide();
    connect(skipped_, &QPushButton::clicked, this, [this] { emit state_.skippedRequested(skipped()); });
    for (QWidget* part :
         std::initializer_list<QWidget*>{variantName_, outdated_, figures_, drop_, busy_, notes_, layer_,
                                         model_, modelNotes_, data_, skipped_, measurement_}) {
        layout->addWidget(part);
    }
    layout->addStretch();
    setWidget(content);
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    connect(&state_, &ViewState::selectedLayersChanged, this, &SummaryPanel::showLayer);
    connect(&state_, &ViewState::layersChanged, this, &SummaryPanel::showLayer);
    connect(&state_, &ViewState::modelChanged, this, &SummaryPanel::showModel);
    connect(&state_, &ViewState::dataChanged, this, &SummaryPanel::showData);
    connect(&state_, &ViewState::variantsChanged, this, &SummaryPanel::showVariant);
    connect(&state_, &ViewState::outdatedChanged, this, &SummaryPanel::showOutdated);
    showModel();
    showData();
    showVariant();
    showLayer();
}

void SummaryPanel::showModel() {
    const protocol::ModelInfo* model = state_.model().get();
    modelNotes_->setVisible(model && !model->notes.empty());
    if (!model) {
        model_->setRows({});
        return;
    }
    modelNotes_->setText(joined(model->notes, QStringLiteral("\n")));
    const QString path = QString::fromStdString(model->path);
    std::vector<QStringList> rows = {
        {tr("File"), QFileInfo(path).fileName()},
        {tr("Folder"), QDir::toNativeSeparators(QFileInfo(path).absolutePath())},
        {tr("Format"), QString::fromStdString(model->format)},
    };
    addTensors(rows, tr("Input"), model->inputs);
    addTensors(rows, tr("Output"), model->outputs);
    if (model->batch > 0) {
        rows.push_back({tr("Batch"), tr("always %n sample(s)", nullptr, static_cast<int>(model->batch))});
    }
    rows.insert(rows.end(), {
                                {tr("Layers"), QString::number(model->layers.size())},
                                {tr("Parameters"), format::count(model->parameters)},
                                {tr("MACs"), format::count(model->macs)},
                                {tr("File size"), format::bytes(model->model_bytes)},
                            });
    model_->setRows(rows);
}

std::vector<QStringList> SummaryPanel::dataRows(const protocol::DataInfo& data) const {
    std::vector<QStringList> rows = {
        {tr("Source"), QString::fromStdString(data.source)},
        {tr("Samples"), format::integer(data.samples)},
        {tr("Labels"), describe::labels(data)},
    };
    addTensors(rows, tr("Sample"), data.inputs);
    if (const QString text = describe::preprocessing(data.preprocessing); !text.isEmpty()) {
        rows.push_back({tr("Preprocessing"), text});
    }
    return rows;
}

void SummaryPanel::showData() {
    const auto& data = state_.data();
    const auto& calibration = state_.calibrationData();
    skippedData_.clear();
    std::vector<QStringList> rows;
    if (data) {
        rows = dataRows(*data);
        skippedData_.insert(data->skipped.begin(), data->skipped.end());
        rows.push_back({tr("Calibration"), calibration ? QString::fromStdString(calibration->source)
                                                       : tr("the same data, other samples")});
        if (calibration) {
            skippedData_.insert(calibration->skipped.begin(), calibration->skipped.end());
        }
    }
    data_->setRows(rows);
    showSkipped();
}

void SummaryPanel::showSkipped() {
    const auto count = static_cast<int>(skipped().size());
    skipped_->setText(tr("%n file(s) skipped...", nullptr, count));
    skipped_->setVisible(count > 0);
}

std::vector<std::string> SummaryPanel::skipped() const {
    std::set<std::string> all = skippedData_;
    all.insert(skippedSamples_.begin(), skippedSamples_.end());
    return {all.begin(), all.end()};
}

void SummaryPanel::showOutdated() {
    outdated_->setVisible(shown_ && state_.isOutdated());
}

void SummaryPanel::showVariant() {
    const VariantRow* variant = state_.findVariant(state_.currentVariant());
    const auto former = std::exchange(shown_, variant ? variant->result : nullptr);
    const QString formerName = std::exchange(shownName_, variant ? variant->name : QString());
    showOutdated();
    if (shown_ && shown_ == former && shownName_ == formerName) {
        return;
    }
    const protocol::VariantResult* result = shown_.get();
    variantName_->setText(shownName_);
    variantName_->setVisible(result != nullptr);
    skippedSamples_.clear();
    if (result) {
        skippedSamples_.insert(result->skipped.begin(), result->skipped.end());
    }
    showSkipped();
    drop_->setVisible(result != nullptr && result->drop.has_value());
    busy_->setVisible(result != nullptr && result->machine_busy);
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
    std::vector<QStringList> rows = metricRows(result);
    rows.push_back({tr("Latency"), format::milliseconds(result.fp32.latency_ms),
                    format::milliseconds(result.variant.latency_ms), shortText(speedupOf(result))});
    rows.push_back({tr("Size"), format::bytes(result.fp32.model_bytes),
                    format::bytes(result.variant.model_bytes), sizeRatio(result)});
    figures_->setRows(rows, {QString(), tr("FP32"), tr("variant"), tr("change")});
    drop_->setText(result.drop ? metrics::sentence(*result.drop) : QString());
    busy_->setText(busySentence(result));
}

void SummaryPanel::showMeasurement(const protocol::VariantResult& result) {
    const auto& with = result.measured;
    std::vector<QStringList> rows = {
        {tr("Data"), QString::fromStdString(with.data)},
        {tr("Calibration"), QString::fromStdString(with.calib_data.empty() ? with.data : with.calib_data)},
        {tr("Samples"), tr("%1 for accuracy, %2 for calibration, %3 for errors")
                            .arg(format::integer(with.samples), format::integer(with.calib_samples),
                                 format::integer(with.error_samples))},
        {tr("CPU"), QString::fromStdString(with.cpu)},
        {tr("ISA"), QString::fromStdString(with.isa)},
        {tr("Backend"), result.recipe.backend.empty() ? QStringLiteral("onednn")
                                                      : QString::fromStdString(result.recipe.backend)},
        {tr("Threads"), QString::number(with.threads)},
        {tr("Runs"), QString::number(with.latency_runs)},
    };
    if (!with.latency_clock.empty()) {
        rows.push_back({tr("Clock"), with.latency_clock == "processor" ? tr("processor time of one thread")
                                                                       : tr("wall time")});
    }
    if (!result.skipped.empty()) {
        rows.push_back({tr("Skipped"), tr("%n sample(s) that could not be read", nullptr,
                                          static_cast<int>(result.skipped.size()))});
    }
    measurement_->setRows(rows);
}

QString SummaryPanel::qconfigText(const LayerRow& row) {
    if (!row.info->quantizable) {
        return tr("none: the op has no INT8 form");
    }
    if (!row.rule) {
        return format::kAbsent;
    }
    // So that a long one can be broken behind its commas.
    QString qconfig = row.rule->qconfig;
    qconfig.replace(QLatin1Char(','), QStringLiteral(", "));
    return row.rule->ruleText.isEmpty() ? qconfig : tr("%1, set for %2").arg(qconfig, row.rule->ruleText);
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
        {tr("Op"), QString::fromStdString(row->info->op)},
        {tr("Contains"),
         row->info->fused.empty() ? format::kAbsent : joined(row->info->fused, QStringLiteral(", "))},
        {tr("Output"), format::shape(row->info->output_shape)},
        {tr("QConfig"), qconfigText(*row)},
    };
    if (row->result) {
        rows.push_back({tr("Ran as"), QString::fromStdString(row->result->precision).toUpper()});
        addRun(rows, *row->result);
    }
    if (selected.size() > 1) {
        rows.push_back(
            {tr("Also"), tr("%n more layer(s) selected", nullptr, static_cast<int>(selected.size() - 1))});
    }
    layer_->setRows(rows);
}

void register_summary_panel(PanelTypes& panels) {
    panels.add({"summaryDock", QT_TRANSLATE_NOOP("Panels", "Summary"), PanelPlace::RightTop, 0, "Alt+1",
                makePanel<SummaryPanel>});
}

}  // namespace qs
