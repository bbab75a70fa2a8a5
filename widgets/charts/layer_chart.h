#pragma once

#include <QPointer>
#include <vector>

#include "widgets/charts/chart.h"

class QCPItemRect;
class QCPBars;

namespace qs {

/// A bar chart with one place on the x axis for each layer, in execution order. Selected layers have a band
/// behind them, neighbours one together; a click selects the layer under it (with Ctrl: adds or removes it).
/// Names are the tick labels while there is room, else the layers' numbers, as in the table.
class LayerChart : public Chart {
    Q_OBJECT
  public:
    LayerChart(ViewState& state, QWidget* parent);

    /// Index of the layer at a pixel, -1 outside the plot.
    int layerAt(const QPoint& pixel) const;

  protected:
    /// Fills the bars from state().layers(), sets the value axis and setEmptyText().
    virtual void fillBars() = 0;
    /// Lines of the tooltip below the layer's name.
    virtual QString describe(const LayerRow& row) const = 0;

    void refresh();
    QCPBars* addBars();
    void applyColors() override;
    QString toolTipAt(const QPoint& pixel) const override;
    void clickedAt(const QPoint& pixel, Qt::KeyboardModifiers modifiers) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void labelTicks();
    void showSelection();
    /// Behind the layers from `first` to the one before `end`.
    void addBand(int first, int end);
    int shownLayers() const { return static_cast<int>(state().layers().size()); }

    std::vector<QPointer<QCPItemRect>> bands_;
    int layersInRange_ = -1;
};

}  // namespace qs
