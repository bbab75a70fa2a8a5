#pragma once

#include <QPoint>
#include <QWidget>
#include <vector>

#include "widgets/charts/chart_colors.h"
#include "widgets/models/view_state.h"

class QCustomPlot;
class QCPAxis;
class QHBoxLayout;
class QLabel;

namespace qs {

class WhenSeen;

/// Common ground of the charts: a plot that follows the palette, a legend above it, a text in
/// place of data that is not there, tooltips and clicks. A chart reads the ViewState, which must outlive it.
class Chart : public QWidget {
    Q_OBJECT
  public:
    Chart(ViewState& state, QWidget* parent);

    QCustomPlot& plot() const { return *plot_; }
    QSize sizeHint() const override { return {420, 260}; }
    QSize minimumSizeHint() const override { return {220, 150}; }

  protected:
    ViewState& state() const { return state_; }
    const ChartColors& colors() const { return colors_; }
    /// Colours of what the chart itself has added; axes, legend and background are done here.
    virtual void applyColors() = 0;
    /// Empty where there is nothing to say.
    virtual QString toolTipAt(const QPoint& pixel) const = 0;
    virtual void clickedAt(const QPoint& pixel, Qt::KeyboardModifiers modifiers);

    /// What a click on a layer's mark does: selects it alone; with Ctrl adds it to the selection or removes
    /// it.
    void selectLayer(const QString& layer, Qt::KeyboardModifiers modifiers);

    /// Call once at the end of the constructor of the chart itself.
    void restyle();
    /// Text over an empty plot; empty when there is something to see.
    void setEmptyText(const QString& text);
    QString emptyText() const;
    /// Row above the plot for controls of the chart, left of the legend.
    QHBoxLayout& header() const { return *header_; }
    struct LegendEntry {
        QChar mark;  ///< looks like the marker in the plot
        QColor color;
        QString name;
    };
    void setLegend(const std::vector<LegendEntry>& entries);
    /// Draws anew: soon, or once it is to be seen.
    void replot();

    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void styleAxis(QCPAxis& axis) const;
    void showToolTip(const QPoint& pixel);

    ViewState& state_;
    ChartColors colors_;
    QHBoxLayout* header_ = nullptr;
    QCustomPlot* plot_ = nullptr;
    QLabel* legend_ = nullptr;
    QLabel* empty_ = nullptr;
    QPoint pressedAt_;
    WhenSeen* draw_;
};

}  // namespace qs
