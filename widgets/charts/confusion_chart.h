#pragma once

#include <vector>

#include "widgets/charts/chart.h"

class QCPColorMap;
class QComboBox;

namespace qs {

/// The confusion matrix of the current variant or of its FP32 model: labels down, decisions across, coloured
/// by the share of the label's samples. Up to kMostClasses; more are a matter for a table.
class ConfusionChart : public Chart {
    Q_OBJECT
  public:
    static constexpr int kMostClasses = 100;

    ConfusionChart(ViewState& state, QWidget* parent);

    /// Samples with this label that got this decision; nothing where the matrix is not shown or not complete.
    std::optional<int64_t> count(int label, int decision) const;
    /// Centre of a cell in the plot's pixels.
    QPointF cellAt(int label, int decision) const;

  protected:
    void applyColors() override;
    QString toolTipAt(const QPoint& pixel) const override;

  private:
    void refresh();
    const protocol::ClassReport* report() const;
    void fillCounts(const protocol::ClassReport& report);
    void fillMap();
    void setTicks(const protocol::ClassReport& report);

    QCPColorMap* map_;
    QComboBox* which_;
    int classes_ = 0;
    std::vector<int64_t> counts_;  ///< classes_ x classes_, a row a label
    std::vector<QString> names_;
};

}  // namespace qs
