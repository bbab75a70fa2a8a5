#include "widgets/charts/chart.h"

#include <qcustomplot.h>

#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>

#include "widgets/common/when_seen.h"

namespace qs {

Chart::Chart(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      header_(new QHBoxLayout),
      plot_(new QCustomPlot(this)),
      draw_(new WhenSeen(*this, [this] { plot_->replot(QCustomPlot::rpQueuedReplot); })) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    header_->setContentsMargins(6, 4, 6, 0);
    layout->addLayout(header_);
    layout->addWidget(plot_, 1);

    plot_->setObjectName(QStringLiteral("plot"));
    plot_->setMinimumSize(1, 1);
    plot_->setNoAntialiasingOnDrag(true);
    plot_->installEventFilter(this);
    plot_->setMouseTracking(true);

    // Above the plot, where it wraps and never covers data.
    legend_ = new QLabel(this);
    legend_->setObjectName(QStringLiteral("legend"));
    legend_->setWordWrap(true);
    QSizePolicy policy = legend_->sizePolicy();
    policy.setRetainSizeWhenHidden(true);
    legend_->setSizePolicy(policy);
    legend_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    header_->addWidget(legend_, 1);

    auto* overlay = new QVBoxLayout(plot_);
    empty_ = new QLabel(plot_);
    empty_->setObjectName(QStringLiteral("emptyText"));
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setWordWrap(true);
    empty_->setAttribute(Qt::WA_TransparentForMouseEvents);
    overlay->addWidget(empty_);
}

void Chart::styleAxis(QCPAxis& axis) const {
    axis.setBasePen(QPen(colors_.axis));
    axis.setTickPen(QPen(colors_.axis));
    axis.setSubTickPen(QPen(colors_.axis));
    axis.setLabelColor(colors_.text);
    axis.setTickLabelColor(colors_.text);
    axis.setLabelFont(font());
    axis.setTickLabelFont(font());
    axis.grid()->setPen(QPen(colors_.grid));
    axis.grid()->setZeroLinePen(QPen(colors_.axis));
    axis.grid()->setSubGridVisible(false);
}

void Chart::restyle() {
    colors_ = ChartColors::of(palette());
    plot_->setBackground(colors_.background);
    for (QCPAxis* axis : plot_->axisRect()->axes()) {
        styleAxis(*axis);
    }
    applyColors();
    replot();
}

void Chart::setEmptyText(const QString& text) {
    empty_->setText(text);
    empty_->setVisible(!text.isEmpty());
    plot_->axisRect()->setVisible(text.isEmpty());
    legend_->setVisible(text.isEmpty());
}

void Chart::setLegend(const std::vector<LegendEntry>& entries) {
    QStringList parts;
    for (const auto& entry : entries) {
        parts << QStringLiteral("<span style=\"color:%1\">%2</span>&nbsp;%3")
                     .arg(entry.color.name(), QString(entry.mark),
                          QString(entry.name).replace(QLatin1Char(' '), QStringLiteral("&nbsp;")));
    }
    legend_->setText(parts.join(QStringLiteral("&nbsp;&nbsp; ")));
}

QString Chart::emptyText() const {
    return empty_->text();
}

void Chart::clickedAt(const QPoint&, Qt::KeyboardModifiers) {}

void Chart::selectLayer(const QString& layer, Qt::KeyboardModifiers modifiers) {
    QStringList selected = modifiers.testFlag(Qt::ControlModifier) ? state_.selectedLayers() : QStringList();
    if (selected.removeAll(layer) == 0) {
        selected << layer;
    }
    state_.setSelectedLayers(selected);
}

void Chart::replot() {
    draw_->request();
}

void Chart::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        restyle();
    }
    QWidget::changeEvent(event);
}

void Chart::showToolTip(const QPoint& pixel) {
    const QString text = plot_->axisRect()->rect().contains(pixel) ? toolTipAt(pixel) : QString();
    if (text.isEmpty()) {
        QToolTip::hideText();
    } else {
        QToolTip::showText(plot_->mapToGlobal(pixel), text, plot_);
    }
}

bool Chart::eventFilter(QObject* watched, QEvent* event) {
    if (watched != plot_) {
        return QWidget::eventFilter(watched, event);
    }
    const auto* mouse = dynamic_cast<QMouseEvent*>(event);
    switch (event->type()) {
        case QEvent::MouseButtonPress:
            pressedAt_ = mouse->pos();
            break;
        case QEvent::MouseButtonRelease:
            if (mouse->button() == Qt::LeftButton &&
                (mouse->pos() - pressedAt_).manhattanLength() < QApplication::startDragDistance()) {
                clickedAt(mouse->pos(), mouse->modifiers());
            }
            break;
        case QEvent::MouseMove:
            if (mouse->buttons() == Qt::NoButton) {
                showToolTip(mouse->pos());
            }
            break;
        default:
            break;
    }
    return false;
}

}  // namespace qs
