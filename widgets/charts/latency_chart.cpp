#include "widgets/charts/latency_chart.h"

#include <qcustomplot.h>

#include <algorithm>

#include "widgets/common/format.h"
#include "widgets/panels/panel_types.h"

namespace qs {

LatencyChart::LatencyChart(ViewState& state, QWidget* parent)
    : LayerChart(state, parent), fp32_(addBars()), variant_(addBars()) {
    setObjectName(QStringLiteral("latencyChart"));
    auto* group = new QCPBarsGroup(&plot());
    group->setSpacingType(QCPBarsGroup::stAbsolute);
    group->setSpacing(0);
    for (QCPBars* bars : {fp32_, variant_}) {
        bars->setBarsGroup(group);
        bars->setWidth(0.4);
    }
    restyle();
    refresh();
}

void LatencyChart::fillBars() {
    fp32_->data()->clear();
    variant_->data()->clear();
    double longest = 0;
    const auto add = [&](QCPBars* bars, size_t layer, const std::optional<double>& ms) {
        if (ms) {
            bars->addData(static_cast<double>(layer + 1), *ms);
            longest = std::max(longest, *ms);
        }
    };
    const auto& layers = state().layers();
    for (size_t i = 0; i < layers.size(); ++i) {
        if (layers[i].result) {
            add(fp32_, i, layers[i].result->fp32_ms);
            add(variant_, i, layers[i].result->variant_ms);
        }
    }
    plot().yAxis->setLabel(tr("Median time / ms"));
    setEmptyText(longest > 0 ? QString() : tr("The time of each layer appears here after Calibrate."));
    if (longest > 0) {
        plot().yAxis->setRange(0, longest * 1.08);
    }
}

QString LatencyChart::describe(const LayerRow& row) const {
    if (!row.result) {
        return tr("not measured");
    }
    const QString kernel = QString::fromStdString(row.result->implementation);
    const QString fp32 = format::milliseconds(row.result->fp32_ms),
                  variant = format::milliseconds(row.result->variant_ms);
    return row.machineBusy
               ? tr("FP32 %1, this variant %2; machine busy: no speed-up\n%3").arg(fp32, variant, kernel)
               : tr("FP32 %1, this variant %2, speed-up %3\n%4")
                     .arg(fp32, variant, format::ratio(row.speedup()), kernel);
}

void LatencyChart::applyColors() {
    LayerChart::applyColors();
    fp32_->setBrush(colors().fp32);
    variant_->setBrush(colors().variant);
    setLegend({{QChar(0x25A0), colors().fp32, tr("FP32 network")},
               {QChar(0x25A0), colors().variant, tr("this variant")}});
}

void register_latency_chart(PanelTypes& panels) {
    panels.add({"latencyDock", QT_TRANSLATE_NOOP("Panels", "Latency by layer"), PanelPlace::BottomMiddle, 0,
                "Ctrl+2", makePanel<LatencyChart>});
}

}  // namespace qs
