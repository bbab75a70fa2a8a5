#include "widgets/charts/chart_types.h"

#include <QCoreApplication>

#include "widgets/charts/confusion_chart.h"
#include "widgets/charts/error_chart.h"
#include "widgets/charts/latency_chart.h"
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
        {"errorDock", QT_TRANSLATE_NOOP("Charts", "Error by layer"), create<ErrorChart>},
        {"latencyDock", QT_TRANSLATE_NOOP("Charts", "Latency by layer"), create<LatencyChart>},
        {"tradeoffDock", QT_TRANSLATE_NOOP("Charts", "Accuracy against latency"), create<TradeoffChart>},
        {"confusionDock", QT_TRANSLATE_NOOP("Charts", "Confusion matrix"), create<ConfusionChart>},
        {"trainingDock", QT_TRANSLATE_NOOP("Charts", "Training"), create<TrainingChart>},
    };
    return types;
}

}  // namespace qs
