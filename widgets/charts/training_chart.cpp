#include "widgets/charts/training_chart.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "widgets/common/format.h"
#include "widgets/panels/panel_types.h"

namespace qs {

TrainingChart::TrainingChart(ViewState& state, QWidget* parent)
    : Chart(state, parent),
      loss_(plot().addGraph(plot().xAxis, plot().yAxis)),
      accuracy_(plot().addGraph(plot().xAxis, plot().yAxis2)) {
    setObjectName(QStringLiteral("trainingChart"));
    plot().xAxis->setLabel(tr("Optimizer step"));
    plot().yAxis->setLabel(tr("Cross-entropy loss"));
    plot().yAxis2->setLabel(tr("Validation top-1 / %"));
    plot().yAxis2->setVisible(true);
    plot().yAxis2->grid()->setVisible(false);
    connect(&state, &ViewState::curveChanged, this, &TrainingChart::refresh);
    connect(&state, &ViewState::trainingStarted, this, [this] { emit this->state().panelRequested(this); });
    restyle();
    refresh();
}

void TrainingChart::refresh() {
    loss_->data()->clear();
    accuracy_->data()->clear();
    double highestLoss = 0;
    int64_t lastStep = 1;
    for (const auto& point : state().curve()) {
        const auto step = static_cast<double>(point.step);
        if (std::isfinite(point.loss)) {
            loss_->addData(step, point.loss);
            highestLoss = std::max(highestLoss, point.loss);
        }
        if (point.validation_top1) {
            accuracy_->addData(step, *point.validation_top1);
        }
        lastStep = std::max(lastStep, point.step);
    }
    plot().xAxis->setRange(0, static_cast<double>(lastStep) * 1.02);
    plot().yAxis->setRange(0, highestLoss > 0 ? highestLoss * 1.05 : 1);
    bool found = false;
    const QCPRange accuracies = accuracy_->getValueRange(found);
    plot().yAxis2->setRange(0, 100);
    if (found) {
        const double margin = std::max(0.5, accuracies.size() * 0.15);
        plot().yAxis2->setRange(accuracies.lower - margin, std::min(100.0, accuracies.upper + margin));
    }
    setEmptyText(state().curve().empty() ? tr("Loss and accuracy appear here while QAT trains.") : QString());
    replot();
}

void TrainingChart::applyColors() {
    loss_->setPen(QPen(colors().loss, 1.5));
    accuracy_->setPen(QPen(colors().accuracy, 1.5, Qt::DashLine));
    accuracy_->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssDiamond, QPen(colors().accuracy), colors().accuracy, 9));
    setLegend({{QChar(0x25AC), colors().loss, tr("training loss (left)")},
               {QChar(0x25C6), colors().accuracy, tr("validation top-1 (right)")}});
}

QString TrainingChart::toolTipAt(const QPoint& pixel) const {
    const auto& curve = state().curve();
    if (curve.empty()) {
        return {};
    }
    const double step = plot().xAxis->pixelToCoord(pixel.x());
    const auto nearest = std::min_element(curve.begin(), curve.end(), [&](const auto& a, const auto& b) {
        return std::abs(static_cast<double>(a.step) - step) < std::abs(static_cast<double>(b.step) - step);
    });
    QString text = tr("epoch %1, step %2\nloss %3")
                       .arg(nearest->epoch)
                       .arg(static_cast<qlonglong>(nearest->step))
                       .arg(format::number(nearest->loss, 4));
    if (nearest->validation_top1) {
        text += tr("\nvalidation top-1 %1").arg(format::percent(nearest->validation_top1));
    }
    return text;
}

void register_training_chart(PanelTypes& panels) {
    panels.add({"trainingDock", QT_TRANSLATE_NOOP("Panels", "Training"), PanelPlace::BottomMiddle, 2,
                "Ctrl+4", makePanel<TrainingChart>});
}

}  // namespace qs
