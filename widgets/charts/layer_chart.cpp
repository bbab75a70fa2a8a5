#include "widgets/charts/layer_chart.h"

#include <qcustomplot.h>

#include <QSharedPointer>
#include <QtMath>
#include <algorithm>
#include <cmath>

#include "widgets/common/shown_text.h"

namespace qs {
namespace {

constexpr int kMostNamedLayers = 25;
constexpr int kPixelsForName = 14;
constexpr double kNameRotation = 60;  ///< degrees
constexpr int kPixelsForNumber = 26;
constexpr int kLongestName = 18;
constexpr int kShortestName = 8;
constexpr double kHeightForNames = 0.4;  ///< of the plot

/// The end of a qualified name tells layers apart.
QString elided(const QString& name, int characters) {
    return name.size() <= characters ? name : QChar(0x2026) + name.right(characters - 1);
}

/// 1, 2, 5, 10, 20, ... : the smallest step that leaves room for the numbers.
int niceStep(int layers, int width) {
    int step = 1;
    for (int i = 0; layers * kPixelsForNumber > width * step; ++i) {
        step = i % 3 == 1 ? step * 5 / 2 : step * 2;
    }
    return step;
}

}  // namespace

LayerChart::LayerChart(ViewState& state, QWidget* parent) : Chart(state, parent) {
    plot().setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot().axisRect()->setRangeDrag(Qt::Horizontal);
    plot().axisRect()->setRangeZoom(Qt::Horizontal);
    plot().xAxis->grid()->setVisible(false);
    plot().xAxis->setSubTicks(false);
    plot().addLayer(QStringLiteral("selection"), plot().layer(QStringLiteral("background")));
    connect(&state, &ViewState::layersChanged, this, &LayerChart::refresh);
    connect(&state, &ViewState::selectedLayersChanged, this, &LayerChart::showSelection);
    connect(&plot(), &QCustomPlot::mouseDoubleClick, this, [this] {
        layersInRange_ = -1;
        refresh();
    });
}

QCPBars* LayerChart::addBars() {
    auto* bars = new QCPBars(plot().xAxis, plot().yAxis);
    bars->setPen(Qt::NoPen);
    bars->setAntialiased(false);
    return bars;
}

void LayerChart::refresh() {
    // A zoomed view stays as it is while the layers stay the same.
    if (layersInRange_ != shownLayers()) {
        layersInRange_ = shownLayers();
        plot().xAxis->setRange(0.5, std::max(1, layersInRange_) + 0.5);
    }
    fillBars();
    labelTicks();
    showSelection();
}

void LayerChart::labelTicks() {
    const auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    const int layers = shownLayers();
    const int room = std::max(1, plot().width() - 80);
    const bool named = layers <= kMostNamedLayers && layers * kPixelsForName <= room;
    const double characterHeight =
        fontMetrics().averageCharWidth() * std::sin(qDegreesToRadians(kNameRotation));
    const int characters = std::clamp(static_cast<int>(plot().height() * kHeightForNames / characterHeight),
                                      kShortestName, kLongestName);
    const int step = named ? 1 : niceStep(layers, room);
    for (int i = 0; i < layers; ++i) {
        if (named) {
            ticker->addTick(i + 1,
                            elided(shownText(state().layers()[static_cast<size_t>(i)].name()), characters));
        } else if ((i + 1) % step == 0 || i == 0) {
            ticker->addTick(i + 1, QString::number(i + 1));
        }
    }
    plot().xAxis->setTicker(ticker);
    plot().xAxis->setTickLabelRotation(named ? -kNameRotation : 0);
    plot().xAxis->setLabel(named ? QString() : tr("Layer number"));
}

void LayerChart::showSelection() {
    for (const auto& band : bands_) {
        plot().removeItem(band);
    }
    bands_.clear();
    const auto isSelected = [this](int layer) {
        return state().isSelected(state().layers()[static_cast<size_t>(layer)].name());
    };
    const int layers = state().selectedLayers().isEmpty() ? 0 : shownLayers();
    for (int first = 0; first < layers; ++first) {
        int end = first;
        while (end < layers && isSelected(end)) {
            ++end;
        }
        if (end > first) {
            addBand(first, end);
            first = end;
        }
    }
    replot();
}

void LayerChart::addBand(int first, int end) {
    auto* band = new QCPItemRect(&plot());
    band->setLayer(QStringLiteral("selection"));
    band->setSelectable(false);
    band->setPen(Qt::NoPen);
    band->setBrush(colors().selection);
    for (QCPItemPosition* corner : {band->topLeft, band->bottomRight}) {
        corner->setTypeX(QCPItemPosition::ptPlotCoords);
        corner->setTypeY(QCPItemPosition::ptAxisRectRatio);
    }
    band->topLeft->setCoords(first + 0.5, 0);
    band->bottomRight->setCoords(end + 0.5, 1);
    bands_.emplace_back(band);
}

int LayerChart::layerAt(const QPoint& pixel) const {
    if (!plot().axisRect()->rect().contains(pixel)) {
        return -1;
    }
    const int index = static_cast<int>(std::lround(plot().xAxis->pixelToCoord(pixel.x()))) - 1;
    return index >= 0 && index < shownLayers() ? index : -1;
}

void LayerChart::applyColors() {
    for (const auto& band : bands_) {
        band->setBrush(colors().selection);
    }
}

QString LayerChart::toolTipAt(const QPoint& pixel) const {
    const int index = layerAt(pixel);
    if (index < 0) {
        return {};
    }
    const LayerRow& row = state().layers()[static_cast<size_t>(index)];
    return QStringLiteral("%1. %2\n%3").arg(index + 1).arg(row.name(), describe(row));
}

void LayerChart::clickedAt(const QPoint& pixel, Qt::KeyboardModifiers modifiers) {
    const int index = layerAt(pixel);
    if (index >= 0) {
        selectLayer(state().layers()[static_cast<size_t>(index)].name(), modifiers);
    }
}

void LayerChart::resizeEvent(QResizeEvent* event) {
    Chart::resizeEvent(event);
    labelTicks();
    replot();
}

}  // namespace qs
