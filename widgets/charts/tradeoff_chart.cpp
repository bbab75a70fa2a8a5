#include "widgets/charts/tradeoff_chart.h"

#include <qcustomplot.h>

#include <QFontMetrics>
#include <algorithm>
#include <array>
#include <cmath>

#include "widgets/charts/nearest_point.h"
#include "widgets/common/format.h"
#include "widgets/models/metrics.h"
#include "widgets/models/speedup.h"
#include "widgets/panels/panel_types.h"

namespace qs {
namespace {

constexpr double kMarkerSize = 10;
constexpr double kCurrentSize = 18;
constexpr double kReach = 14;  ///< pixels from a marker at which it still gets the mouse
constexpr int kLabelCharacters = 28;
constexpr int kRings = 6;  ///< distances from a marker at which its label is tried, in label heights

/// The range of the values with a margin on both sides, and room even for equal values.
QCPRange padded(double lower, double upper, double atLeast) {
    const double margin = std::max((upper - lower) * 0.2, atLeast);
    return {lower - margin, upper + margin};
}

/// `rect` moved sideways until it lies between the plot's left and right edge, as far as it fits.
QRectF movedBetween(const QRectF& plot, QRectF rect) {
    rect.moveLeft(std::max(plot.left(), std::min(rect.left(), plot.right() - rect.width())));
    return rect;
}

}  // namespace

TradeoffChart::TradeoffChart(ViewState& state, QWidget* parent)
    : Chart(state, parent),
      baseline_(addGraph()),
      calibrated_(addGraph()),
      trained_(addGraph()),
      current_(addGraph()) {
    setObjectName(QStringLiteral("tradeoffChart"));
    plot().xAxis->setLabel(tr("Median latency / ms"));
    for (QCPGraph* graph : {baseline_, calibrated_, trained_}) {
        intervals_.push_back(addErrorBars(graph));
    }
    connect(&state, &ViewState::variantsChanged, this, &TradeoffChart::refresh);
    connect(&plot(), &QCustomPlot::afterLayout, this, &TradeoffChart::placeLabels);
    restyle();
    refresh();
}

QCPGraph* TradeoffChart::addGraph() {
    QCPGraph* graph = plot().addGraph();
    graph->setLineStyle(QCPGraph::lsNone);
    return graph;
}

QCPErrorBars* TradeoffChart::addErrorBars(QCPGraph* graph) {
    auto* bars = new QCPErrorBars(graph->keyAxis(), graph->valueAxis());
    bars->setDataPlottable(graph);
    bars->setErrorType(QCPErrorBars::etValueError);
    bars->setWhiskerWidth(6);
    bars->setSymbolGap(0);
    bars->setSelectable(QCP::stNone);
    return bars;
}

void TradeoffChart::collectPoints() {
    points_.clear();
    metric_.clear();
    const auto add = [this](const QString& id, const QString& label, const protocol::ModelResult& result,
                            const QString& more) {
        const protocol::MetricValue* named = metrics::find(result, metric_);
        const auto metric = named ? std::optional(*named) : metrics::headline(result);
        if (!metric || metric->metric != metric_ || !metric->value || !result.latency_ms) {
            return;
        }
        QStringList tip = {
            label, tr("%1 %2, %3, %4")
                       .arg(metrics::title(metric_), metrics::value(metric->value, metric->unit),
                            format::milliseconds(result.latency_ms), format::bytes(result.model_bytes))};
        if (metric->low && metric->high) {
            tip << tr("95 % interval %1, %2 samples")
                       .arg(metrics::interval(*metric), format::integer(metric->samples));
        }
        if (!more.isEmpty()) {
            tip << more;
        }
        points_.push_back({id, label, tip.join(QLatin1Char('\n')), *result.latency_ms, *metric});
    };
    if (state().variants().empty()) {
        return;
    }
    // Every variant brings its own measurement of the baseline; the current one's is the one to compare it
    // with.
    const VariantRow* current = state().findVariant(state().currentVariant());
    const VariantRow& shown = current ? *current : state().variants().back();
    if (const auto headline = metrics::headline(shown.result->variant)) {
        metric_ = headline->metric;
        plot().yAxis->setLabel(metrics::titleWithUnit(metric_, headline->unit));
    }
    add({}, tr("FP32"), shown.result->fp32, {});
    for (const auto& variant : state().variants()) {
        QString more = tr("%n layer(s) in FP32", nullptr, variant.floatLayers);
        const Speedup speedup = speedupOf(*variant.result);
        if (speedup.machineBusy || speedup.times) {
            more += QLatin1Char('\n') + tr("speed-up: %1").arg(shortText(speedup));
        }
        const auto& drop = variant.result->drop;
        if (drop && drop->metric == metric_) {
            more += QLatin1Char('\n') + metrics::sentence(*drop);
        }
        add(variant.id, variant.name, variant.result->variant, more);
    }
    // Error bars belong to a graph's points by position, and a graph sorts them by latency.
    std::stable_sort(points_.begin(), points_.end(),
                     [](const Point& a, const Point& b) { return a.latencyMs < b.latencyMs; });
}

void TradeoffChart::fillGraphs() {
    for (QCPGraph* graph : {baseline_, calibrated_, trained_, current_}) {
        graph->data()->clear();
    }
    for (QCPErrorBars* bars : intervals_) {
        bars->data()->clear();
    }
    for (const auto& point : points_) {
        const VariantRow* variant = state().findVariant(point.id);
        const size_t series = !variant ? 0 : variant->trained ? 2 : 1;
        const double value = *point.metric.value;
        std::array{baseline_, calibrated_, trained_}[series]->addData(point.latencyMs, value);
        intervals_[series]->addData(value - point.metric.low.value_or(value),
                                    point.metric.high.value_or(value) - value);
        if (variant && point.id == state().currentVariant()) {
            current_->addData(point.latencyMs, value);
        }
    }
}

void TradeoffChart::fitAxes() {
    if (points_.empty()) {
        return;
    }
    const auto [fastest, slowest] =
        std::minmax_element(points_.begin(), points_.end(),
                            [](const Point& a, const Point& b) { return a.latencyMs < b.latencyMs; });
    plot().xAxis->setRange(padded(fastest->latencyMs, slowest->latencyMs, slowest->latencyMs * 0.05));
    double lowest = *points_.front().metric.value;
    double highest = lowest;
    for (const auto& point : points_) {
        const double value = *point.metric.value;
        lowest = std::min(lowest, point.metric.low.value_or(value));
        highest = std::max(highest, point.metric.high.value_or(value));
    }
    plot().yAxis->setRange(padded(lowest, highest, points_.front().metric.unit.empty() ? 1e-4 : 0.1));
}

QCPItemText* TradeoffChart::addLabel(const QString& text) {
    auto* item = new QCPItemText(&plot());
    item->setText(text.size() <= kLabelCharacters ? text : text.left(kLabelCharacters - 1) + QChar(0x2026));
    item->setSelectable(false);
    item->setFont(font());
    item->setColor(colors().text);
    item->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
    item->setPadding(QMargins(2, 0, 2, 0));
    item->position->setType(QCPItemPosition::ptAbsolute);
    return item;
}

void TradeoffChart::refresh() {
    for (const auto& point : points_) {
        plot().removeItem(point.text);
    }
    collectPoints();
    for (auto& point : points_) {
        point.text = addLabel(point.label);
    }
    fillGraphs();
    fitAxes();
    const bool unlabelled = points_.empty() && !state().variants().empty();
    setEmptyText(!points_.empty() ? QString()
                 : unlabelled     ? tr("No variant has both a metric and a latency.")
                                  : tr("Each variant that you measure becomes a point here."));
    restyle();
}

QPointF TradeoffChart::pixelOf(const Point& point) const {
    return {plot().xAxis->coordToPixel(point.latencyMs), plot().yAxis->coordToPixel(*point.metric.value)};
}

/// Gives each label the first place around its marker that is inside the plot and free of markers and earlier
/// labels.
void TradeoffChart::placeLabels() {
    const QRectF inside = plot().axisRect()->rect();
    std::vector<QRectF> taken;
    for (const auto& point : points_) {
        const double half = kMarkerSize / 2;
        taken.emplace_back(pixelOf(point) - QPointF(half, half), QSizeF(kMarkerSize, kMarkerSize));
    }
    for (const auto& point : points_) {
        const QFontMetrics metrics(point.text->font());
        const QSizeF size(metrics.horizontalAdvance(point.text->text()) + 6, metrics.height());
        const QPointF at = pixelOf(point);
        const double gap = kCurrentSize / 2 + 2;
        std::vector<QRectF> places;
        for (int ring = 0; ring < kRings; ++ring) {
            const double dy = gap + ring * size.height();
            places.insert(
                places.end(),
                {QRectF(at + QPointF(gap, -size.height() / 2 - ring * size.height()), size),
                 QRectF(at + QPointF(gap, -size.height() / 2 + ring * size.height()), size),
                 movedBetween(inside, QRectF(at + QPointF(-size.width() / 2, -dy - size.height()), size)),
                 movedBetween(inside, QRectF(at + QPointF(-size.width() / 2, dy), size)),
                 QRectF(at + QPointF(-gap - size.width(), -size.height() / 2), size)});
        }
        const auto isFree = [&](const QRectF& place) {
            return inside.contains(place) &&
                   std::none_of(taken.begin(), taken.end(),
                                [&](const QRectF& other) { return other.intersects(place); });
        };
        const auto place = std::find_if(places.begin(), places.end(), isFree);
        const QRectF chosen = place == places.end() ? movedBetween(inside, places.front()) : *place;
        point.text->position->setPixelPosition(chosen.topLeft());
        taken.push_back(chosen);
    }
}

QPointF TradeoffChart::markerOf(const QString& variantId) const {
    const auto found = std::find_if(points_.begin(), points_.end(),
                                    [&](const Point& point) { return point.id == variantId; });
    return found == points_.end() ? QPointF() : pixelOf(*found);
}

const TradeoffChart::Point* TradeoffChart::nearest(const QPoint& pixel) const {
    return nearestPoint(points_, pixel, kReach, [this](const Point& point) { return pixelOf(point); });
}

void TradeoffChart::applyColors() {
    const auto shape = [](QCPScatterStyle::ScatterShape kind, const QColor& color, double size) {
        return QCPScatterStyle(kind, QPen(color.darker(130)), color, size);
    };
    baseline_->setScatterStyle(shape(QCPScatterStyle::ssDiamond, colors().fp32, kMarkerSize + 3));
    calibrated_->setScatterStyle(shape(QCPScatterStyle::ssDisc, colors().variant, kMarkerSize));
    trained_->setScatterStyle(shape(QCPScatterStyle::ssSquare, colors().variant, kMarkerSize));
    const std::array barColors = {colors().fp32, colors().variant, colors().variant};
    for (size_t i = 0; i < intervals_.size(); ++i) {
        intervals_[i]->setPen(QPen(barColors[i], 1.2));
    }
    current_->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(colors().accent, 2.5), Qt::NoBrush, kCurrentSize));
    setLegend({{QChar(0x25C6), colors().fp32, tr("FP32")},
               {QChar(0x25CF), colors().variant, tr("calibrated")},
               {QChar(0x25A0), colors().variant, tr("trained")},
               {QChar(0x25CB), colors().accent, tr("current")}});
    for (const auto& point : points_) {
        point.text->setColor(colors().text);
        QFont label = font();
        label.setBold(!point.id.isEmpty() && point.id == state().currentVariant());
        point.text->setFont(label);
    }
}

QString TradeoffChart::toolTipAt(const QPoint& pixel) const {
    const Point* point = nearest(pixel);
    return point ? point->tip : QString();
}

void TradeoffChart::clickedAt(const QPoint& pixel, Qt::KeyboardModifiers) {
    const Point* point = nearest(pixel);
    if (point && !point->id.isEmpty()) {
        emit state().variantPicked(point->id);
    }
}

void register_tradeoff_chart(PanelTypes& panels) {
    panels.add({"tradeoffDock", QT_TRANSLATE_NOOP("Panels", "Accuracy against latency"),
                PanelPlace::BottomRight, 0, "Ctrl+5", makePanel<TradeoffChart>});
}

}  // namespace qs
