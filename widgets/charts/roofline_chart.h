#pragma once

#include <vector>

#include "widgets/charts/chart.h"

class QCPGraph;
class QCPItemText;

namespace qs {

/// How near each layer of the variant comes to what the machine can do: its rate against its MACs a byte,
/// both logarithmic, below the measured compute peaks (level) and bandwidths (sloping: GMAC/s is MACs a byte
/// times GB/s). Layers without MACs have no point. A click on a point selects its layer, with Ctrl adds or
/// removes it; the wheel zooms, a double click shows all again. Williams, Waterman, Patterson: Roofline, an
/// insightful visual performance model (CACM 52, 2009).
class RooflineChart : public Chart {
    Q_OBJECT
  public:
    RooflineChart(ViewState& state, QWidget* parent);

    /// Centre of a layer's point in the plot's pixels; null if it has none.
    QPointF pointOf(const QString& layer) const;

  protected:
    void applyColors() override;
    QString toolTipAt(const QPoint& pixel) const override;
    void clickedAt(const QPoint& pixel, Qt::KeyboardModifiers modifiers) override;

  private:
    struct Point {
        QString layer;
        double intensity = 0;  ///< MACs a byte
        double rate = 0;       ///< GMAC/s
        bool isFloat = false;
    };
    /// A line of the roof with its label.
    struct Roof {
        QCPGraph* line = nullptr;
        QCPItemText* label = nullptr;
        double height = 0;     ///< GMAC/s; 0: a slope
        double bandwidth = 0;  ///< GB/s, of a slope
    };

    void refresh();
    void collectPoints();
    void drawRoof();
    void fitAxes();
    void placeLabels();
    void placeOnCeiling(const Roof& roof) const;
    void placeOnSlope(const Roof& roof) const;
    void showSelection();
    Roof addRoof();
    void drawCeiling(Roof& roof, double peak, double bandwidth, const QString& label);
    void drawSlope(Roof& roof, double bandwidth, double peak, const QString& label);
    QPointF pixelOf(const Point& point) const;
    const Point* nearest(const QPoint& pixel) const;

    std::vector<Point> points_;
    QCPGraph* int8_;
    QCPGraph* fp32_;
    QCPGraph* selected_;
    Roof int8Peak_;
    Roof fp32Peak_;
    Roof memory_;
    Roof cache_;
};

}  // namespace qs
