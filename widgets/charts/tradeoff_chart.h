#pragma once

#include <vector>

#include "widgets/charts/chart.h"

class QCPGraph;
class QCPItemText;

namespace qs {

/// Top-1 accuracy against median latency: a labelled point for each variant, and the FP32 network as the
/// baseline. Up and to the left is better. A click on a point picks the variant.
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
        double top1 = 0;
        QCPItemText* text = nullptr;
    };

    void refresh();
    void collectPoints();
    void fillGraphs();
    void fitAxes();
    QCPGraph* addGraph();
    QCPItemText* addLabel(const QString& text);
    void placeLabels();
    QPointF pixelOf(const Point& point) const;
    const Point* nearest(const QPoint& pixel) const;

    std::vector<Point> points_;
    QCPGraph* baseline_;
    QCPGraph* calibrated_;
    QCPGraph* trained_;
    QCPGraph* current_;
};

}  // namespace qs
