#pragma once

#include "widgets/charts/chart.h"

class QCPGraph;

namespace qs {

/// Loss (left axis) and validation accuracy (right axis) of a QAT run, live.
class TrainingChart : public Chart {
    Q_OBJECT
  public:
    TrainingChart(ViewState& state, QWidget* parent);

  protected:
    void applyColors() override;
    QString toolTipAt(const QPoint& pixel) const override;

  private:
    void refresh();

    QCPGraph* loss_;
    QCPGraph* accuracy_;
};

}  // namespace qs
