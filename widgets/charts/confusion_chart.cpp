#include "widgets/charts/confusion_chart.h"

#include <qcustomplot.h>

#include <QComboBox>
#include <QHBoxLayout>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "widgets/common/format.h"
#include "widgets/models/class_table_model.h"
#include "widgets/panels/panel_types.h"

namespace qs {
namespace {

constexpr int kMostNames = 24;  ///< classes whose names fit beside the axes
constexpr int kNameCharacters = 12;

QString shortened(const QString& name) {
    return name.size() <= kNameCharacters ? name : name.left(kNameCharacters - 1) + QChar(0x2026);
}

/// Cividis, which looks the same with and without a colour deficiency (Nunez, Anderton, Renslow: Optimizing
/// colormaps with consideration for color vision deficiency, PLOS ONE 13(7), 2018), from the background on,
/// so that cells without samples do not show.
QCPColorGradient gradient(bool dark) {
    std::vector<QColor> stops = {{0x12, 0x35, 0x70}, {0x3B, 0x49, 0x6C}, {0x57, 0x5D, 0x6D},
                                 {0x70, 0x71, 0x73}, {0x8A, 0x86, 0x78}, {0xA5, 0x9C, 0x74},
                                 {0xC3, 0xB3, 0x69}, {0xE1, 0xCC, 0x55}, {0xFD, 0xEA, 0x45}};
    if (!dark) {
        std::reverse(stops.begin(), stops.end());
    }
    QCPColorGradient result;
    result.clearColorStops();
    for (size_t i = 0; i < stops.size(); ++i) {
        result.setColorStopAt(static_cast<double>(i) / static_cast<double>(stops.size() - 1), stops[i]);
    }
    result.setNanHandling(QCPColorGradient::nhTransparent);
    return result;
}

}  // namespace

ConfusionChart::ConfusionChart(ViewState& state, QWidget* parent)
    : Chart(state, parent), map_(new QCPColorMap(plot().xAxis, plot().yAxis)), which_(new QComboBox(this)) {
    setObjectName(QStringLiteral("confusionChart"));
    which_->setObjectName(QStringLiteral("confusionPrecision"));
    which_->setAccessibleName(tr("Precision"));
    which_->addItems({tr("variant"), tr("FP32")});
    header().insertWidget(0, which_);
    plot().xAxis->setLabel(tr("Decision"));
    plot().yAxis->setLabel(tr("Label"));
    plot().yAxis->setRangeReversed(true);
    plot().xAxis->grid()->setVisible(false);
    plot().yAxis->grid()->setVisible(false);
    map_->setInterpolate(false);
    map_->setTightBoundary(false);
    connect(which_, &QComboBox::currentIndexChanged, this, &ConfusionChart::refresh);
    connect(&state, &ViewState::variantsChanged, this, &ConfusionChart::refresh);
    restyle();
    refresh();
}

const protocol::ClassReport* ConfusionChart::report() const {
    const VariantRow* current = state().findVariant(state().currentVariant());
    if (!current) {
        return nullptr;
    }
    const auto& report =
        which_->currentIndex() == 0 ? current->result->variant.classes : current->result->fp32.classes;
    return report ? &*report : nullptr;
}

void ConfusionChart::refresh() {
    const protocol::ClassReport* shown = report();
    const bool complete = shown && shown->confusions_counted && shown->confusions_left_out == 0;
    const bool fits = shown && shown->classes.size() <= size_t(kMostClasses);
    classes_ = 0;
    if (complete && fits && !shown->classes.empty()) {
        fillCounts(*shown);
        setTicks(*shown);
        setEmptyText({});
    } else if (!shown) {
        setEmptyText(
            state().variants().empty()
                ? tr("Which classes are taken for which is shown here once a variant has been measured.")
                : tr("There is no confusion matrix: it needs a classifier and labelled data."));
    } else {
        setEmptyText(tr("%n class(es) are too many for a matrix: the panel \"Classes\" lists the confusions.",
                        nullptr, static_cast<int>(shown->classes.size())));
    }
    fillMap();
    restyle();
}

void ConfusionChart::fillCounts(const protocol::ClassReport& report) {
    classes_ = static_cast<int>(report.classes.size());
    const auto side = static_cast<size_t>(classes_);
    counts_.assign(side * side, 0);
    names_.clear();
    for (size_t i = 0; i < side; ++i) {
        counts_[i * side + i] = report.classes[i].samples;
        names_.push_back(className(report, static_cast<int64_t>(i)));
    }
    for (const auto& cell : report.confusions) {
        const bool inside = cell.label >= 0 && cell.label < classes_ && cell.predicted >= 0 &&
                            cell.predicted < classes_ && cell.label != cell.predicted;
        if (inside) {
            const size_t row = static_cast<size_t>(cell.label) * side;
            counts_[row + static_cast<size_t>(cell.predicted)] = cell.count;
            counts_[row + static_cast<size_t>(cell.label)] -= cell.count;
        }
    }
}

void ConfusionChart::fillMap() {
    const int side = std::max(classes_, 1);
    map_->data()->setSize(side, side);
    map_->data()->setRange({0, side - 1.0}, {0, side - 1.0});
    for (int label = 0; label < side; ++label) {
        const auto* row = classes_ ? counts_.data() + label * classes_ : nullptr;
        const auto total = row ? std::accumulate(row, row + classes_, int64_t{0}) : 0;
        for (int decision = 0; decision < side; ++decision) {
            const int64_t cell = row ? row[decision] : 0;
            // The root shows that one in a hundred is not nothing.
            map_->data()->setCell(
                decision, label,
                cell > 0 ? std::sqrt(static_cast<double>(cell) / static_cast<double>(total)) : std::nan(""));
        }
    }
    map_->setDataRange({0, 1});
    plot().xAxis->setRange(-0.5, side - 0.5);
    plot().yAxis->setRange(-0.5, side - 0.5);
}

void ConfusionChart::setTicks(const protocol::ClassReport& report) {
    for (QCPAxis* axis : {plot().xAxis, plot().yAxis}) {
        if (classes_ > kMostNames) {
            axis->setTicker(QSharedPointer<QCPAxisTicker>::create());
            axis->setTickLabelRotation(0);
            continue;
        }
        const auto ticker = QSharedPointer<QCPAxisTickerText>::create();
        for (int i = 0; i < classes_; ++i) {
            ticker->addTick(i, shortened(className(report, i)));
        }
        axis->setTicker(ticker);
        axis->setTickLabelRotation(axis == plot().xAxis ? -45 : 0);
    }
}

void ConfusionChart::applyColors() {
    const bool dark = colors().background.lightness() < 128;
    map_->setGradient(gradient(dark));
    const QColor few = gradient(dark).color(0.15, {0, 1});
    const QColor many = gradient(dark).color(1, {0, 1});
    setLegend({{QChar(0x25A0), few, tr("few of the label's samples")}, {QChar(0x25A0), many, tr("all")}});
}

std::optional<int64_t> ConfusionChart::count(int label, int decision) const {
    const bool inside = label >= 0 && label < classes_ && decision >= 0 && decision < classes_;
    return inside ? std::optional(counts_[static_cast<size_t>(label * classes_ + decision)]) : std::nullopt;
}

QPointF ConfusionChart::cellAt(int label, int decision) const {
    return {plot().xAxis->coordToPixel(decision), plot().yAxis->coordToPixel(label)};
}

QString ConfusionChart::toolTipAt(const QPoint& pixel) const {
    const int decision = static_cast<int>(std::lround(plot().xAxis->pixelToCoord(pixel.x())));
    const int label = static_cast<int>(std::lround(plot().yAxis->pixelToCoord(pixel.y())));
    const std::optional<int64_t> cell = count(label, decision);
    if (!cell) {
        return {};
    }
    const auto* row = counts_.data() + label * classes_;
    const auto total = std::accumulate(row, row + classes_, int64_t{0});
    return tr("label %1\ndecision %2\n%3 of %4 samples")
        .arg(names_[static_cast<size_t>(label)], names_[static_cast<size_t>(decision)],
             format::integer(*cell), format::integer(total));
}

void register_confusion_chart(PanelTypes& panels) {
    panels.add({"confusionDock", QT_TRANSLATE_NOOP("Panels", "Confusion matrix"), PanelPlace::BottomRight, 1,
                "Ctrl+6", makePanel<ConfusionChart>});
}

}  // namespace qs
