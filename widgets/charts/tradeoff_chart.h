#pragma once

#include <vector>

#include "widgets/charts/chart.h"

class QCPErrorBars;
class QCPGraph;
class QCPItemText;

namespace qs {

/// The headline metric against median latency: a labelled point with its 95 % interval for each variant, and
/// the FP32 network as the baseline. Variants without the current one's metric are left
/// out. Up and to the left is better. A click on a point picks the variant.
class TradeoffChart : public Chart {
    Q_OBJECT
  public:
    TradeoffChart(ViewState& state, QWidget* parent);

    /// Centre of a variant's marker in the plot's pixels; null if it has none.
    QPointF markerOf(const QString& variantId) const;

  protected:
    void applyColors() override;
    QString toolTipAt(const QPoint& pixel) const override;
    void clickedAt(const QPoint& pixel, Qt::KeyboardModifiers modifiers) override;

  private:
    struct Point {
        QString id;  ///< empty for the baseline
        QString label;
        QString tip;
        double latencyMs = 0;
        protocol::MetricValue metric;
        QCPItemText* text = nullptr;
    };

    void refresh();
    void collectPoints();
    void fillGraphs();
    void fitAxes();
    QCPGraph* addGraph();
    QCPErrorBars* addErrorBars(QCPGraph* graph);
    QCPItemText* addLabel(const QString& text);
    void placeLabels();
    QPointF pixelOf(const Point& point) const;
    const Point* nearest(const QPoint& pixel) const;

    std::string metric_;
    std::vector<Point> points_;
    std::vector<QCPErrorBars*> intervals_;
    QCPGraph* baseline_;
    QCPGraph* calibrated_;
    QCPGraph* trained_;
    QCPGraph* current_;
};

}  // namespace qs
