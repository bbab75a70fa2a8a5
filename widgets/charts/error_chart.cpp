#include "widgets/charts/error_chart.h"

#include <qcustomplot.h>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <algorithm>
#include <cmath>
#include <iterator>

#include "widgets/common/format.h"
#include "widgets/panels/panel_types.h"

namespace qs {
namespace {

struct Metric {
    const char* name;
    const char* axis;
    bool logarithmic;
    std::optional<double> (*value)(const protocol::LayerResult&);
};

const Metric kMetrics[] = {
    {QT_TRANSLATE_NOOP("ErrorChart", "SQNR"), QT_TRANSLATE_NOOP("ErrorChart", "SQNR / dB"), false,
     [](const protocol::LayerResult& layer) { return layer.sqnr_db; }},
    {QT_TRANSLATE_NOOP("ErrorChart", "Output error"),
     QT_TRANSLATE_NOOP("ErrorChart", "Part in the output's error / %"), false,
     [](const protocol::LayerResult& layer) { return layer.output_error_percent; }},
    {QT_TRANSLATE_NOOP("ErrorChart", "Local SQNR"), QT_TRANSLATE_NOOP("ErrorChart", "Local SQNR / dB"), false,
     [](const protocol::LayerResult& layer) { return layer.local_sqnr_db; }},
    {QT_TRANSLATE_NOOP("ErrorChart", "Cosine"), QT_TRANSLATE_NOOP("ErrorChart", "1 − cosine similarity"),
     true,
     [](const protocol::LayerResult& layer) {
         return layer.cosine ? std::optional(1.0 - *layer.cosine) : std::nullopt;
     }},
    {QT_TRANSLATE_NOOP("ErrorChart", "MSE"), QT_TRANSLATE_NOOP("ErrorChart", "Mean squared error"), true,
     [](const protocol::LayerResult& layer) { return layer.mse; }},
};

QString translated(const char* text) {
    return QCoreApplication::translate("ErrorChart", text);
}

/// From the decade below the smallest value up to above the largest.
QCPRange logRange(const std::vector<double>& values) {
    const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
    return {std::pow(10.0, std::floor(std::log10(*smallest)) - 0.3), *largest * 2};
}

QCPRange linearRange(const std::vector<double>& values) {
    const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
    return {std::min(0.0, *smallest * 1.05), std::max(1.0, *largest * 1.08)};
}

}  // namespace

ErrorChart::ErrorChart(ViewState& state, QWidget* parent)
    : LayerChart(state, parent), metric_(new QComboBox(this)), int8_(addBars()), fp32_(addBars()) {
    setObjectName(QStringLiteral("errorChart"));
    metric_->setObjectName(QStringLiteral("errorMetric"));
    metric_->setToolTip(tr("Measure of the error against FP32"));
    for (const auto& metric : kMetrics) {
        metric_->addItem(translated(metric.name));
    }
    auto* label = new QLabel(tr("&Measure:"), this);
    label->setBuddy(metric_);
    header().insertWidget(0, label);
    header().insertWidget(1, metric_);
    connect(metric_, &QComboBox::currentIndexChanged, this, &ErrorChart::refresh);
    restyle();
    refresh();
}

void ErrorChart::fillBars() {
    const Metric& metric = kMetrics[std::max(0, metric_->currentIndex())];
    std::vector<double> values;
    int8_->data()->clear();
    fp32_->data()->clear();
    const auto& layers = state().layers();
    for (size_t i = 0; i < layers.size(); ++i) {
        const auto value = layers[i].result ? metric.value(*layers[i].result) : std::nullopt;
        // A layer that is exactly FP32's has no place on a logarithmic axis, and no bar to show.
        if (!value || !std::isfinite(*value) || (metric.logarithmic && *value <= 0)) {
            continue;
        }
        (layers[i].isFloat() ? fp32_ : int8_)->addData(static_cast<double>(i + 1), *value);
        values.push_back(*value);
    }
    QCPAxis& axis = *plot().yAxis;
    axis.setLabel(translated(metric.axis));
    axis.setScaleType(metric.logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    axis.setNumberFormat(metric.logarithmic ? QStringLiteral("eb") : QStringLiteral("g"));
    axis.setNumberPrecision(metric.logarithmic ? 0 : 4);
    axis.setTicker(metric.logarithmic ? QSharedPointer<QCPAxisTicker>(new QCPAxisTickerLog)
                                      : QSharedPointer<QCPAxisTicker>::create());
    setEmptyText(values.empty() ? tr("The error of each layer appears here after Calibrate.") : QString());
    if (!values.empty()) {
        axis.setRange(metric.logarithmic ? logRange(values) : linearRange(values));
    }
}

QString ErrorChart::describe(const LayerRow& row) const {
    if (!row.result) {
        return tr("not measured");
    }
    return tr("%1 % of the output's error, local SQNR %2 dB, SQNR %3 dB, cosine %4, MSE %5, ran in %6")
        .arg(format::optional(row.result->output_error_percent, 1),
             format::optional(row.result->local_sqnr_db, 1), format::optional(row.result->sqnr_db, 1),
             format::optional(row.result->cosine, 5), format::scientific(row.result->mse),
             QString::fromStdString(row.result->precision).toUpper());
}

void ErrorChart::applyColors() {
    LayerChart::applyColors();
    int8_->setBrush(colors().variant);
    fp32_->setBrush(colors().fp32);
    setLegend({{QChar(0x25A0), colors().variant, tr("INT8")}, {QChar(0x25A0), colors().fp32, tr("FP32")}});
}

void register_error_chart(PanelTypes& panels) {
    panels.add({"errorDock", QT_TRANSLATE_NOOP("Panels", "Error by layer"), PanelPlace::BottomLeft, 0,
                "Ctrl+1", makePanel<ErrorChart>});
}

}  // namespace qs
