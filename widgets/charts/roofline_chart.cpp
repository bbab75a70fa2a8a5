#include "widgets/charts/roofline_chart.h"

#include <qcustomplot.h>

#include <QFontMetrics>
#include <QSharedPointer>
#include <QtMath>
#include <algorithm>
#include <cmath>

#include "widgets/charts/nearest_point.h"
#include "widgets/common/describe.h"
#include "widgets/common/format.h"
#include "widgets/panels/panel_types.h"

namespace qs {
namespace {

constexpr double kMarkerSize = 9;
constexpr double kSelectedSize = 17;
constexpr double kReach = 12;  ///< pixels from a point at which it still gets the mouse
/// MACs a byte between which the roof is drawn: farther than anyone zooms.
constexpr double kFarLeft = 1e-6;
constexpr double kFarRight = 1e9;
constexpr double kMargin = 1.6;     ///< factor between the outermost data and the frame
constexpr double kRoomAbove = 2.4;  ///< likewise, above the highest ceiling, for its name
constexpr double kSlopeSeen = 4;    ///< part of a slope, as a factor, that is seen left of a ceiling
constexpr int kLabelGap = 3;        ///< pixels
constexpr int kLabelSteps = 12;     ///< places along a line that are tried for its name

QSizeF textSize(const QCPItemText& label) {
    const QFontMetrics metrics(label.font());
    // As the item measures it, with the fonts that stand in for missing characters.
    return metrics.boundingRect(0, 0, 0, 0, Qt::TextDontClip, label.text()).size();
}

}  // namespace

RooflineChart::RooflineChart(ViewState& state, QWidget* parent) : Chart(state, parent) {
    setObjectName(QStringLiteral("rooflineChart"));
    plot().setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) {
        axis->setScaleType(QCPAxis::stLogarithmic);
        axis->setTicker(QSharedPointer<QCPAxisTickerLog>::create());
        axis->setNumberFormat(QStringLiteral("g"));
        axis->setNumberPrecision(4);
    }
    plot().xAxis->setLabel(tr("MACs a byte"));
    plot().yAxis->setLabel(tr("GMAC/s"));
    for (Roof* roof : {&memory_, &cache_, &fp32Peak_, &int8Peak_}) {
        *roof = addRoof();
    }
    for (QCPGraph** graph : {&int8_, &fp32_, &selected_}) {
        *graph = plot().addGraph();
        (*graph)->setLineStyle(QCPGraph::lsNone);
    }
    connect(&state, &ViewState::layersChanged, this, &RooflineChart::refresh);
    connect(&state, &ViewState::profileChanged, this, &RooflineChart::refresh);
    connect(&state, &ViewState::selectedLayersChanged, this, &RooflineChart::showSelection);
    connect(&plot(), &QCustomPlot::afterLayout, this, &RooflineChart::placeLabels);
    connect(&plot(), &QCustomPlot::mouseDoubleClick, this, [this] {
        fitAxes();
        replot();
    });
    restyle();
    refresh();
}

RooflineChart::Roof RooflineChart::addRoof() {
    Roof roof;
    roof.line = plot().addGraph();
    roof.label = new QCPItemText(&plot());
    roof.label->setSelectable(false);
    roof.label->position->setType(QCPItemPosition::ptAbsolute);
    return roof;
}

void RooflineChart::refresh() {
    collectPoints();
    drawRoof();
    int8_->data()->clear();
    fp32_->data()->clear();
    for (const auto& point : points_) {
        (point.isFloat ? fp32_ : int8_)->addData(point.intensity, point.rate);
    }
    fitAxes();
    const bool measured =
        std::any_of(state().layers().begin(), state().layers().end(),
                    [](const LayerRow& row) { return row.result && row.result->variant_ms; });
    setEmptyText(!points_.empty() ? QString()
                 : measured       ? tr("This variant was measured without rates of its layers.")
                            : tr("Each layer becomes a point below this machine's limits after Calibrate."));
    showSelection();
}

void RooflineChart::collectPoints() {
    points_.clear();
    for (const auto& row : state().layers()) {
        if (!row.result) {
            continue;
        }
        if (const auto intensity = operationalIntensity(*row.result)) {
            points_.push_back({row.name(), *intensity, *row.result->gmacs_per_s, row.isFloat()});
        }
    }
}

void RooflineChart::drawCeiling(Roof& roof, double peak, double bandwidth, const QString& label) {
    roof.height = peak;
    roof.line->data()->clear();
    if (peak > 0) {
        roof.line->addData(bandwidth > 0 ? peak / bandwidth : kFarLeft, peak);
        roof.line->addData(kFarRight, peak);
    }
    roof.label->setText(label.arg(format::number(peak, peak < 10 ? 1 : 0)));
}

void RooflineChart::drawSlope(Roof& roof, double bandwidth, double peak, const QString& label) {
    roof.bandwidth = bandwidth;
    roof.line->data()->clear();
    if (bandwidth > 0) {
        const double end = peak > 0 ? peak / bandwidth : kFarRight;
        roof.line->addData(kFarLeft, kFarLeft * bandwidth);
        roof.line->addData(end, end * bandwidth);
    }
    roof.label->setText(label.arg(format::number(bandwidth, bandwidth < 100 ? 1 : 0)));
}

void RooflineChart::drawRoof() {
    const protocol::MachinePeaks peaks = state().profile().peaks.value_or(protocol::MachinePeaks());
    const double highest = std::max(peaks.int8_gmacs_per_s, peaks.fp32_gmacs_per_s);
    const double fastest = std::max(peaks.cache_gb_per_s, peaks.memory_gb_per_s);
    drawCeiling(int8Peak_, peaks.int8_gmacs_per_s, fastest, tr("INT8 peak %1"));
    drawCeiling(fp32Peak_, peaks.fp32_gmacs_per_s, fastest, tr("FP32 peak %1"));
    drawSlope(memory_, peaks.memory_gb_per_s, highest, tr("memory %1 GB/s"));
    drawSlope(cache_, peaks.cache_gb_per_s, highest, tr("cache %1 GB/s"));
}

void RooflineChart::fitAxes() {
    if (points_.empty()) {
        return;
    }
    QCPRange x(points_.front().intensity, points_.front().intensity);
    QCPRange y(points_.front().rate, points_.front().rate);
    for (const auto& point : points_) {
        x.expand(point.intensity);
        y.expand(point.rate);
    }
    for (const Roof* ceiling : {&int8Peak_, &fp32Peak_}) {
        for (const Roof* slope : {&memory_, &cache_}) {
            if (ceiling->height > 0 && slope->bandwidth > 0) {
                x.expand(ceiling->height / slope->bandwidth);
                x.expand(ceiling->height / slope->bandwidth / kSlopeSeen);
            }
        }
        if (ceiling->height > 0) {
            y.expand(ceiling->height);
        }
    }
    plot().xAxis->setRange(x.lower / kMargin, x.upper * kMargin);
    plot().yAxis->setRange(y.lower / kMargin, y.upper * kRoomAbove);
}

/// Ceilings are named at the first place along the line, from the right, that is free of points; slopes in
/// the middle of what is seen of them, where the text fits.
void RooflineChart::placeLabels() {
    for (const Roof* roof : {&int8Peak_, &fp32Peak_}) {
        placeOnCeiling(*roof);
    }
    for (const Roof* roof : {&memory_, &cache_}) {
        placeOnSlope(*roof);
    }
}

void RooflineChart::placeOnCeiling(const Roof& roof) const {
    roof.label->setVisible(roof.height > 0 && plot().yAxis->range().contains(roof.height));
    if (!roof.label->visible()) {
        return;
    }
    const QRectF inside = plot().axisRect()->rect();
    const QSizeF size = textSize(*roof.label);
    const double line = plot().yAxis->coordToPixel(roof.height);
    const auto isFree = [&](const QRectF& place) {
        const double half = kMarkerSize / 2;
        const QRectF around = place.adjusted(-half, -half, half, half);
        return inside.contains(place) &&
               std::none_of(points_.begin(), points_.end(),
                            [&](const Point& point) { return around.contains(pixelOf(point)); });
    };
    const QPointF first(inside.right() - kLabelGap - size.width(), line - size.height());
    QPointF chosen = first;
    for (int step = 0; step < 2 * kLabelSteps; ++step) {
        const int along = step / 2;
        const QPointF place(first.x() - along * size.width() / 2, step % 2 == 0 ? first.y() : line + 1);
        if (isFree(QRectF(place, size))) {
            chosen = place;
            break;
        }
    }
    roof.label->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
    roof.label->position->setPixelPosition(chosen);
}

void RooflineChart::placeOnSlope(const Roof& roof) const {
    roof.label->setVisible(roof.bandwidth > 0);
    if (!roof.label->visible()) {
        return;
    }
    const QCPRange x = plot().xAxis->range();
    const QCPRange y = plot().yAxis->range();
    const double highest = std::max(int8Peak_.height, fp32Peak_.height);
    const double left = std::max(x.lower, y.lower / roof.bandwidth);
    const double right = std::min(x.upper, std::min(highest, y.upper) / roof.bandwidth);
    const auto pixel = [&](double intensity) {
        return QPointF(plot().xAxis->coordToPixel(intensity),
                       plot().yAxis->coordToPixel(intensity * roof.bandwidth));
    };
    const QPointF along = pixel(right) - pixel(left);
    const double length = std::hypot(along.x(), along.y());
    const QSizeF size = textSize(*roof.label);
    roof.label->setVisible(left < right && length > size.width() + size.height());
    if (!roof.label->visible()) {
        return;
    }
    const QPointF direction = along / length;
    const QPointF up(direction.y(), -direction.x());
    const auto isFree = [&](const QPointF& centre) {
        return std::none_of(points_.begin(), points_.end(), [&](const Point& point) {
            const QPointF away = pixelOf(point) - centre;
            return std::abs(QPointF::dotProduct(away, direction)) < (size.width() + kMarkerSize) / 2 &&
                   std::abs(QPointF::dotProduct(away, up)) < (size.height() + kMarkerSize) / 2;
        });
    };
    const double margin = (size.width() + size.height()) / 2 / length;
    const QPointF aside = up * (size.height() / 2 + 1);
    QPointF chosen = pixel(left) + along / 2 + aside;
    for (int step = 0; step < 2 * kLabelSteps; ++step) {
        const int number = step / 2;
        const double share = margin + (1 - 2 * margin) * number / (kLabelSteps - 1);
        const QPointF place = pixel(left) + along * share + (step % 2 == 0 ? aside : -aside);
        if (isFree(place)) {
            chosen = place;
            break;
        }
    }
    roof.label->setPositionAlignment(Qt::AlignHCenter | Qt::AlignVCenter);
    roof.label->setRotation(qRadiansToDegrees(std::atan2(along.y(), along.x())));
    roof.label->position->setPixelPosition(chosen);
}

void RooflineChart::showSelection() {
    selected_->data()->clear();
    for (const auto& point : points_) {
        if (state().isSelected(point.layer)) {
            selected_->addData(point.intensity, point.rate);
        }
    }
    replot();
}

QPointF RooflineChart::pixelOf(const Point& point) const {
    return {plot().xAxis->coordToPixel(point.intensity), plot().yAxis->coordToPixel(point.rate)};
}

QPointF RooflineChart::pointOf(const QString& layer) const {
    const auto found = std::find_if(points_.begin(), points_.end(),
                                    [&](const Point& point) { return point.layer == layer; });
    return found == points_.end() ? QPointF() : pixelOf(*found);
}

const RooflineChart::Point* RooflineChart::nearest(const QPoint& pixel) const {
    return nearestPoint(points_, pixel, kReach, [this](const Point& point) { return pixelOf(point); });
}

void RooflineChart::applyColors() {
    const auto disc = [](const QColor& color) {
        return QCPScatterStyle(QCPScatterStyle::ssDisc, QPen(color.darker(130)), color, kMarkerSize);
    };
    int8_->setScatterStyle(disc(colors().variant));
    fp32_->setScatterStyle(disc(colors().fp32));
    selected_->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(colors().accent, 2.5), Qt::NoBrush, kSelectedSize));
    int8Peak_.line->setPen(QPen(colors().variant, 1.5));
    fp32Peak_.line->setPen(QPen(colors().fp32, 1.5));
    memory_.line->setPen(QPen(colors().axis, 1.5));
    cache_.line->setPen(QPen(colors().axis, 1.5, Qt::DashLine));
    for (const Roof* roof : {&int8Peak_, &fp32Peak_, &memory_, &cache_}) {
        roof->label->setFont(font());
        roof->label->setColor(colors().text);
    }
    setLegend({{QChar(0x25CF), colors().variant, tr("INT8 layer")},
               {QChar(0x25CF), colors().fp32, tr("FP32 layer")},
               {QChar(0x25CB), colors().accent, tr("selected")}});
}

QString RooflineChart::toolTipAt(const QPoint& pixel) const {
    const Point* point = nearest(pixel);
    const LayerRow* row = point ? state().findLayer(point->layer) : nullptr;
    if (!row) {
        return {};
    }
    const protocol::LayerResult& result = *row->result;
    QStringList lines{row->name(),
                      tr("%1 GMAC/s, %2 MACs a byte, %3")
                          .arg(format::number(point->rate, 1), format::number(point->intensity, 1),
                               format::milliseconds(result.variant_ms))};
    if (result.peak_percent) {
        lines << tr("%1 % of the peak of its precision").arg(format::number(*result.peak_percent, 1));
    }
    if (!result.bound.empty()) {
        lines << tr("bound by %1").arg(describe::bound(result));
    }
    if (!result.implementation.empty()) {
        lines << QString::fromStdString(result.implementation);
    }
    return lines.join(QLatin1Char('\n'));
}

void RooflineChart::clickedAt(const QPoint& pixel, Qt::KeyboardModifiers modifiers) {
    if (const Point* point = nearest(pixel)) {
        selectLayer(point->layer, modifiers);
    }
}

void register_roofline_chart(PanelTypes& panels) {
    panels.add({"rooflineDock", QT_TRANSLATE_NOOP("Panels", "Roofline"), PanelPlace::BottomMiddle, 1,
                "Ctrl+3", makePanel<RooflineChart>});
}

}  // namespace qs
