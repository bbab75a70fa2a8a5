#pragma once

#include "widgets/charts/layer_chart.h"

namespace qs {

/// Median time of each layer, in FP32 beside the variant's.
class LatencyChart : public LayerChart {
    Q_OBJECT
  public:
    LatencyChart(ViewState& state, QWidget* parent);

  protected:
    void fillBars() override;
    QString describe(const LayerRow& row) const override;
    void applyColors() override;

  private:
    QCPBars* fp32_;
    QCPBars* variant_;
};

}  // namespace qs
