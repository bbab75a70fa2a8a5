#include "widgets/charts/chart.h"

#include <qcustomplot.h>

#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>

namespace qs {

Chart::Chart(ViewState& state, QWidget* parent)
    : QWidget(parent), state_(state), header_(new QHBoxLayout), plot_(new QCustomPlot(this)) {
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

    // The legend gets a row of its own, so that it never covers data.
    plot_->plotLayout()->insertRow(0);
    plot_->plotLayout()->addElement(0, 0, plot_->legend);
    plot_->plotLayout()->setRowStretchFactor(0, 0.001);
    plot_->legend->setFillOrder(QCPLegend::foColumnsFirst);
    plot_->legend->setBorderPen(Qt::NoPen);
    plot_->legend->setMargins(QMargins(4, 2, 4, 0));

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
    plot_->legend->setBrush(Qt::NoBrush);
    plot_->legend->setTextColor(colors_.text);
    plot_->legend->setFont(font());
    applyColors();
    replot();
}

void Chart::setEmptyText(const QString& text) {
    empty_->setText(text);
    empty_->setVisible(!text.isEmpty());
    const bool anything = text.isEmpty();
    plot_->axisRect()->setVisible(anything);
    plot_->legend->setVisible(anything && plot_->legend->itemCount() > 0);
}

QString Chart::emptyText() const {
    return empty_->text();
}

void Chart::clickedAt(const QPoint&, Qt::KeyboardModifiers) {}

void Chart::replot() {
    plot_->replot(QCustomPlot::rpQueuedReplot);
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
