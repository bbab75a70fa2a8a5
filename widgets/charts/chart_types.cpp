#include "widgets/charts/chart_types.h"

#include <QCoreApplication>

#include "widgets/charts/confusion_chart.h"
#include "widgets/charts/error_chart.h"
#include "widgets/charts/latency_chart.h"
#include "widgets/charts/roofline_chart.h"
#include "widgets/charts/tradeoff_chart.h"
#include "widgets/charts/training_chart.h"

namespace qs {
namespace {

template <typename T>
Chart* create(ViewState& state, QWidget* parent) {
    return new T(state, parent);
}

}  // namespace

const std::vector<ChartType>& chartTypes() {
    static const std::vector<ChartType> types = {
        {"errorDock", QT_TRANSLATE_NOOP("Charts", "Error by layer"), 0, create<ErrorChart>},
        {"latencyDock", QT_TRANSLATE_NOOP("Charts", "Latency by layer"), 1, create<LatencyChart>},
        {"rooflineDock", QT_TRANSLATE_NOOP("Charts", "Roofline"), 1, create<RooflineChart>},
        {"tradeoffDock", QT_TRANSLATE_NOOP("Charts", "Accuracy against latency"), 2, create<TradeoffChart>},
        {"confusionDock", QT_TRANSLATE_NOOP("Charts", "Confusion matrix"), 2, create<ConfusionChart>},
        {"trainingDock", QT_TRANSLATE_NOOP("Charts", "Training"), 1, create<TrainingChart>},
    };
    return types;
}

}  // namespace qs
