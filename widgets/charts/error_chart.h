#pragma once

#include "widgets/charts/layer_chart.h"

class QComboBox;

namespace qs {

/// How far each layer's output is from FP32: SQNR, cosine or MSE, by choice. INT8 layers and layers that ran
/// in FP32 have different colours.
class ErrorChart : public LayerChart {
    Q_OBJECT
  public:
    ErrorChart(ViewState& state, QWidget* parent);

  protected:
    void fillBars() override;
    QString describe(const LayerRow& row) const override;
    void applyColors() override;

  private:
    QComboBox* metric_;
    QCPBars* int8_;
    QCPBars* fp32_;
};

}  // namespace qs
